from django.contrib import admin
from django.contrib.auth.admin import UserAdmin

from streamfetch.accounts.forms import AdminSignInForm
from streamfetch.accounts.models import User
from streamfetch.mongo.admin import IndexedAdmin


class PersonAdmin(IndexedAdmin, UserAdmin):
    """Accounts, their rights and passwords."""


admin.site.login_form = AdminSignInForm
admin.site.register(User, PersonAdmin)
