"""Sign in, sign out, settings."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.auth.views import LoginView
from django.core.cache import cache
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.views.generic import UpdateView

from streamfetch.accounts.forms import ProfileForm, SignInForm
from streamfetch.accounts.models import User, person

TRIES_PER_WINDOW = 10
WINDOW_S = 300


class SignIn(LoginView):
    """Ten tries in five minutes for a name from one address, then a pause."""

    template_name = "accounts/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        name = request.POST.get("username", "")[:150].lower()
        key = f"sign_in:{request.META.get('REMOTE_ADDR')}:{name.encode().hex()}"
        cache.add(key, 0, WINDOW_S)
        if cache.incr(key) > TRIES_PER_WINDOW:
            form = self.get_form()
            form.full_clean()
            form.errors.clear()
            form.add_error(
                None, _("Too many tries. Wait five minutes, then try again.")
            )
            response = self.render_to_response(self.get_context_data(form=form))
            response.status_code = 429
            response["Retry-After"] = str(WINDOW_S)
            return response
        return super().post(request, *args, **kwargs)


class Settings(LoginRequiredMixin, UpdateView):
    template_name = "accounts/settings.html"
    form_class = ProfileForm
    success_url = reverse_lazy("accounts:settings")

    def get_object(self, queryset: Any = None) -> User:
        # Not `request.user` itself: the page shows the saved name while a wrong
        # one stands in the form.
        return User.objects.get(pk=person(self.request).pk)

    def form_valid(self, form: ModelForm) -> HttpResponse:
        messages.success(self.request, _("Saved."))
        return super().form_valid(form)
