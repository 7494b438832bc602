"""Sign-in and profile forms."""

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.utils.translation import gettext_lazy as _

from streamfetch.accounts.models import User


class SignInForm(AuthenticationForm):
    error_messages = {
        "invalid_login": _(
            "That name and password do not go together. Check both; capital letters "
            "count."
        ),
        "inactive": _("This account is switched off. Ask the operator of this server."),
    }


class ProfileForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["first_name", "last_name", "email"]
