"""Sign-in and profile forms."""

from typing import Any

from django import forms
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from streamfetch.accounts import throttling
from streamfetch.accounts.models import User

THROTTLED = "throttled"


class SignInForm(AuthenticationForm):
    """Checks name and password; not at all after too many wrong ones."""

    error_messages = {
        "invalid_login": _(
            "That name and password do not go together. Check both; capital letters "
            "count."
        ),
        "inactive": _("This account is switched off. Ask the operator of this server."),
        THROTTLED: _("Too many tries. Wait five minutes, then try again."),
    }

    def clean(self) -> dict[str, Any]:
        name = self.cleaned_data.get("username", "")
        if self.request is None:
            return super().clean()
        if throttling.is_one_too_many(self.request, name):
            raise ValidationError(self.error_messages[THROTTLED], code=THROTTLED)
        cleaned = super().clean()
        throttling.forgive(self.request, name)
        return cleaned


class AdminSignInForm(SignInForm, AdminAuthenticationForm):
    """The same for the admin, which lets operators in only."""


class ProfileForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["first_name", "last_name", "email"]
