"""Template tags for the bundled front end."""

from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag(takes_context=True)
def module(context: dict[str, Any], entry: str) -> SafeString:
    """The script tag of an ES module entry, such as `projects/editor`."""
    request = context.get("request")
    return format_html(
        '<script type="module" nonce="{}" src="{}"></script>',
        getattr(request, "csp_nonce", ""),
        static(f"dist/{entry}.js"),
    )
