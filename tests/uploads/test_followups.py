from uuid import uuid4

import pytest

from streamfetch.errors import Invalid
from uploads.models import Asset
from uploads.services import followups


@pytest.fixture
def offered(monkeypatch):
    monkeypatch.setattr(followups, "_starts", {})
    followups.register("frame", lambda owner_id, asset: f"/{owner_id}/{asset.title}/")


@pytest.mark.usefixtures("offered")
def test_goes_on_with_an_asset():
    assert followups.known() == ["frame"]
    assert followups.run("frame", 7, Asset(id=uuid4(), title="cat")) == "/7/cat/"


@pytest.mark.usefixtures("offered")
def test_names_what_there_is_instead_of_something_unknown():
    with pytest.raises(Invalid, match="frame") as caught:
        followups.run("knit", 7, Asset(title="cat"))

    assert caught.value.errors[0].field == "then"
