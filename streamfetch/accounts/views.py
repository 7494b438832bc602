"""Sign in, sign out, settings."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.auth.views import LoginView
from django.core.exceptions import NON_FIELD_ERRORS
from django.forms import ModelForm
from django.http import HttpResponse
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.views.generic import UpdateView

from streamfetch.accounts.forms import THROTTLED, ProfileForm, SignInForm
from streamfetch.accounts.models import User, person
from streamfetch.accounts.throttling import WINDOW_S


class SignIn(LoginView):
    template_name = "accounts/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        response = super().form_invalid(form)
        if form.has_error(NON_FIELD_ERRORS, THROTTLED):
            response.status_code = 429
            response["Retry-After"] = str(WINDOW_S)
        return response


class Settings(LoginRequiredMixin, UpdateView):
    template_name = "accounts/settings.html"
    form_class = ProfileForm
    success_url = reverse_lazy("accounts:settings")

    def get_object(self, queryset: Any = None) -> User:
        # Not `request.user` itself: the page's frame shows the saved name while a
        # wrong one stands in the form.
        return User.objects.get(pk=person(self.request).pk)

    def form_valid(self, form: ModelForm) -> HttpResponse:
        messages.success(self.request, _("Saved."))
        return super().form_valid(form)
