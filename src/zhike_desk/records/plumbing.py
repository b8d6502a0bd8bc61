"""The framework's own tables, through Django's admin: looked at by administrators, written by nobody.

What is written there has its action (accounts, tokens, settings, jobs) or its library (sessions, second factors); a form here would
pass them, and the log, by. Of clients nothing is shown, and nothing that lets one in: no session's key, no secret, no digest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import TYPE_CHECKING, Any, ClassVar, cast

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.admin import AdminSite, ModelAdmin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path
from django.utils import timezone
from django.views.decorators.http import require_safe

from zhike.base.text import Said, say
from zhike_desk.records.models import ApiToken, Job, Publication, Setting, User
from zhike_desk.records.viewer import Viewer

SEES = "plumbing.view"
PER_PAGE = 50
if TYPE_CHECKING:
    from django.contrib.admin.sites import _ViewType

    _Admin = ModelAdmin[Any]
else:
    _Admin = ModelAdmin
_Routes = list[URLPattern | URLResolver]


@dataclass(frozen=True, slots=True)
class Column:
    """A column that is shown: where its value lies, and how it is called."""

    source: str
    title: Said


class Plumbing(AdminSite):
    """Django's admin with the tables of the plumbing alone; who may not see it is denied, and a form finds nothing to send to."""

    index_template = "plumbing/index.html"
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        """Tell whether who asks may look."""
        return request.user.is_authenticated and Viewer.of(request.user).may(SEES) is not None

    def admin_view(self, view: _ViewType, cacheable: bool = False) -> _ViewType:
        """Hold a view to the policy, and to reading."""

        def held(request: HttpRequest, *args: Any, **more: Any) -> Any:
            Viewer.of(request.user).need(SEES)
            return view(request, *args, **more)

        return cast("_ViewType", require_safe(held))

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Return nothing: its tables are listed by `index`, in both languages."""
        return []

    def get_urls(self) -> _Routes:
        """Return the routes there are: the tables, and each table; no sign-in, password or form of the admin's own."""
        tables = [
            path(
                f"{name.replace('_', '/')}/",
                self.admin_view(table.changelist_view),
                name=f"{name}_changelist",
            )
            for table in self._registry.values()
            if (name := f"{table.opts.app_label}_{table.opts.model_name}")
        ]
        return [path("", self.admin_view(self.index), name="index"), *tables]

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Show the tables, with how many rows each has."""
        found = [
            (table.says, f"plumbing:{table.opts.app_label}_{table.opts.model_name}_changelist", table.model)
            for table in self._registry.values()
            if isinstance(table, Table)
        ]
        counted = [(says, route, model._default_manager.count()) for says, route, model in found]
        return super().index(request, {**(extra_context or {}), "tables": counted})


class Table(_Admin):
    """A table as it is shown: chosen columns, a search, the newest first."""

    says: ClassVar[Said]
    shown: ClassVar[Sequence[Column]]
    actions = None
    list_per_page = PER_PAGE
    list_display_links = None
    show_full_result_count = False
    ordering = ("-pk",)
    change_list_template = "plumbing/table.html"

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Tell whether who asks may look."""
        return bool(self.admin_site.has_permission(request))

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Tell whether the table is listed."""
        return bool(self.admin_site.has_permission(request))

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Add nothing."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Change nothing."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Delete nothing."""
        return False

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """Allow no filter in the address: `?password__startswith=…` would read, letter by letter, what isn't shown."""
        return False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show a page of the table."""
        answer: HttpResponse = super().changelist_view(request, extra_context)
        if isinstance(answer, TemplateResponse) and answer.context_data and "cl" in answer.context_data:
            found = answer.context_data["cl"]
            read = [attrgetter(column.source) for column in self.shown]
            answer.context_data |= {
                "says": self.says,
                "columns": [column.title for column in self.shown],
                "lines": [[written(one(row)) for one in read] for row in found.result_list],
                "newer": found.get_query_string({"p": found.page_num - 1}) if found.page_num > 1 else "",
                "older": found.get_query_string({"p": found.page_num + 1})
                if found.page_num < found.paginator.num_pages
                else "",
            }
        return answer


def written(value: Any) -> str:
    """Write a value of any column: a moment by the branch's clock, a mark for yes, nothing for what isn't there."""
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return "✓" if value else "—"
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


class Users(Table):
    """Who may sign in."""

    says = say("账号", "Accounts")
    search_fields = ("username", "staff_id")
    shown = (
        Column("username", say("账号", "Account")),
        Column("role", say("角色", "Role")),
        Column("staff_id", say("员工号", "Staff")),
        Column("branch_id", say("营业部", "Branch")),
        Column("is_active", say("可登录", "May sign in")),
        Column("last_login", say("上次登录", "Last sign-in")),
        Column("version", say("版本", "Version")),
    )


class Sessions(Table):
    """Where people are signed in."""

    says = say("登录的设备", "Sessions")
    search_fields = ("user__username", "ip")
    list_select_related = ("user",)
    shown = (
        Column("user.username", say("账号", "Account")),
        Column("ip", say("地址", "Address")),
        Column("user_agent", say("浏览器", "Browser")),
        Column("created_at", say("登录时间", "Signed in")),
    )


class Factors(Table):
    """Who has set up which second factor."""

    says = say("两步验证", "Second factors")
    search_fields = ("user__username",)
    list_select_related = ("user",)
    shown = (
        Column("user.username", say("账号", "Account")),
        Column("type", say("种类", "Kind")),
        Column("created_at", say("设立", "Set up")),
        Column("last_used_at", say("上次使用", "Last used")),
    )


class Tokens(Table):
    """Tokens of the API."""

    says = say("接口令牌", "Tokens of the API")
    search_fields = ("owner__username", "name")
    list_select_related = ("owner",)
    shown = (
        Column("owner.username", say("账号", "Account")),
        Column("name", say("名称", "Name")),
        Column("scopes", say("权限", "Scopes")),
        Column("expires_at", say("到期", "Expires")),
        Column("revoked_at", say("吊销", "Revoked")),
        Column("last_used_at", say("上次使用", "Last used")),
    )


class Jobs(Table):
    """Jobs, scheduled or asked for; what they were asked with may hold words about clients, and isn't shown."""

    says = say("后台任务", "Jobs")
    search_fields = ("kind", "state")
    shown = (
        Column("pk", say("编号", "Number")),
        Column("kind", say("种类", "Kind")),
        Column("state", say("状态", "State")),
        Column("done", say("已完成", "Done")),
        Column("total", say("总数", "Total")),
        Column("created_at", say("提出", "Asked for")),
        Column("started_at", say("开始", "Began")),
        Column("ended_at", say("结束", "Ended")),
    )


class Settings(Table):
    """Settings that were ever changed; they are changed by two people, on the settings' page."""

    says = say("改过的设置", "Settings that were changed")
    search_fields = ("name",)
    shown = (
        Column("name", say("名称", "Name")),
        Column("value", say("取值", "Value")),
        Column("version", say("版本", "Version")),
        Column("changed_at", say("修改时间", "Changed")),
    )


class Publications(Table):
    """Books that were loaded."""

    says = say("已载入的夜间结果", "Nights that were loaded")
    shown = (
        Column("generation_id", say("生成批次", "Generation")),
        Column("as_of", say("数据日", "Data as of")),
        Column("place", say("存放", "Place")),
        Column("seconds", say("用时（秒）", "Seconds")),
        Column("published_at", say("载入时间", "Loaded")),
    )


site = Plumbing(name="plumbing")
for _model, _table in (
    (User, Users),
    (UserSession, Sessions),
    (Authenticator, Factors),
    (ApiToken, Tokens),
    (Job, Jobs),
    (Setting, Settings),
    (Publication, Publications),
):
    site.register(_model, _table)
