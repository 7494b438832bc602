"""What of a file can be edited here."""

import time

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from pdfeditor.pipeline.children.importing import find

NOTES = 1_500
# Comparing each with each takes a minute and a half.
SOON_S = 15


def test_thousands_of_notes_on_a_page_and_whose_replies_are_whose() -> None:
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(300, 400))
    notes = [
        pdf.make_indirect(
            Dictionary(
                Type=Name.Annot,
                Subtype=Name.Text,
                Rect=Array([10, 10, 30, 30]),
                Contents=String("The same words"),
            )
        )
        for _number in range(NOTES)
    ]
    reply = Dictionary(
        Type=Name.Annot,
        Subtype=Name.Text,
        Rect=Array([10, 10, 30, 30]),
        Contents=String("An answer"),
        IRT=notes[7],
    )
    popup = Dictionary(
        Type=Name.Annot,
        Subtype=Name.Popup,
        Rect=Array([10, 10, 30, 30]),
        Parent=notes[8],
    )
    page.obj.Annots = Array([*notes, *map(pdf.make_indirect, (reply, popup))])

    began = time.monotonic()
    found = find(pdf)
    assert time.monotonic() - began < SOON_S
    assert len(found) == NOTES
    answered = [each for each in found if each["body"]["replies"]]
    assert [each["file_index"] for each in answered] == [7]
    assert answered[0]["body"]["replies"][0]["content"] == "An answer"
    assert [each["also"] for each in found[6:10]] == [[], [NOTES], [NOTES + 1], []]
