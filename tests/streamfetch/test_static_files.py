from pathlib import Path

from streamfetch.static_files import StaticFilesStorage


def test_files_are_packed_with_gzip_alone(tmp_path: Path) -> None:
    """The slower of the two once made a minute of the first start."""
    script = tmp_path / "page.js"
    script.write_text("export const words = 'over and over';\n" * 200)
    storage = StaticFilesStorage(location=tmp_path, base_url="/static/")

    list(storage.compress_files(["page.js"]))

    assert sorted(path.name for path in tmp_path.iterdir()) == ["page.js", "page.js.gz"]
