"""What a client's page says of products held, and of what the client is expected to bring."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from people import BRANCH
from zhike_desk.records.models import BookClient, BookClv, BookHolding, BookProduct, BookRelation

pytestmark = pytest.mark.both
SignedIn = Callable[[str], Client]


def test_a_client_who_holds_products_sees_them_in_holdings_and_in_the_timeline(signed_in: SignedIn) -> None:
    held = BookProduct.objects.filter(
        client_id__in=BookClient.objects.filter(branch_id=BRANCH, frozen=False).values("pk")
    )
    first = held.order_by("client_id", "product_id")[0]
    browser = signed_in("bob")
    page = browser.get(reverse("client", args=[first.client_id])).content.decode()
    assert first.name in page
    assert first.product_id in page
    assert "基金与理财产品" in page
    only = browser.get(
        reverse("client_timeline", args=[first.client_id]), {"kind": "product"}
    ).content.decode()
    assert "申购" in only
    assert "开立首个账户" not in only


def test_what_is_expected_answers_why_with_signed_parts_and_the_model(signed_in: SignedIn) -> None:
    hers = BookRelation.objects.filter(staff_id="E0002").values("client_id")
    trades = BookClient.objects.filter(client_id__in=hers, kind="individual", frozen=False)
    row = trades.filter(client_id__in=BookHolding.objects.values("client_id")).order_by(
        "-score", "client_id"
    )[0]
    page = signed_in("alice").get(reverse("client", args=[row.client_id])).content.decode()
    model = BookClv.objects.filter(client_id=row.client_id)[0].model_version
    assert model.startswith("clv-")
    assert model in page
    assert all(word in page for word in ("交易佣金（中性市场）", "服务成本", "行情的影响", "流失的可能为"))
