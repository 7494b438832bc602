"""Cookies that people hand over, so that a site shows what they may see."""

import re
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from downloads.models import MAX_SITE, SiteCookies
from downloads.pipeline import jar
from streamfetch.egress.errors import InvalidUrl, UnsafeUrl
from streamfetch.egress.hosts import normalise_host
from streamfetch.errors import Invalid, NotFound

MAX_JARS = 100


def keep(owner: Any, *, site: str, cookies: str) -> SiteCookies:
    """Store the cookies of one site, in place of earlier ones. Raises `Invalid`."""
    name = _site(site)
    lines = jar.read(cookies, site=name)
    mine = SiteCookies.objects.owned_by(owner)
    found = mine.filter(site=name).first()
    if found is None and mine.count() >= MAX_JARS:
        raise Invalid(
            _("Cookies of %(most)d sites are kept at most. Remove some first.")
            % {"most": MAX_JARS},
            field="site",
        )
    stored = found or SiteCookies(owner_id=owner.pk, site=name)
    stored.encrypted = jar.encrypt(jar.file_text(lines))
    stored.cookie_count = len(lines)
    stored.save()
    return stored


def of(owner: Any) -> list[SiteCookies]:
    return SiteCookies.objects.owned_by(owner).newest_first(MAX_JARS)


def remove(owner: Any, cookies_id: UUID) -> None:
    """Raises `NotFound`."""
    if not SiteCookies.objects.owned_by(owner).filter(pk=cookies_id).delete()[0]:
        raise NotFound(_("There are no such cookies."))


def describe(stored: SiteCookies) -> dict[str, Any]:
    """Never the cookies themselves."""
    return {
        "id": str(stored.pk),
        "site": stored.site,
        "cookie_count": stored.cookie_count,
        "updated_at": stored.updated_at,
    }


def _site(text: str) -> str:
    bare = re.sub(r"^https?://", "", text.strip().lower()).partition("/")[0]
    try:
        host = normalise_host(bare.removeprefix("www."))
    except (InvalidUrl, UnsafeUrl) as error:
        raise Invalid(
            _("Name the site these cookies are of, such as example.org."), field="site"
        ) from error
    if len(host) > MAX_SITE or "." not in host:
        raise Invalid(
            _("Name the site these cookies are of, such as example.org."), field="site"
        )
    return host
