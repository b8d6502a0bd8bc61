"""How what an action names is called, once for all: on pages, in files, in what a second person is asked."""

from __future__ import annotations

from collections.abc import Mapping

from zhike.base.text import Said, say

IDENTITY: Mapping[str, Said] = {
    "phone": say("手机号码", "Telephone number"),
    "name": say("姓名", "Name"),
    "email": say("电子邮箱", "E-mail"),
    "id_number": say("证件号码", "Identity number"),
    "birth_date": say("出生日期", "Date of birth"),
    "region": say("地区", "Region"),
    "occupation": say("职业", "Occupation"),
}
"""Fields of who a client is: what is revealed and what approved exports hold."""
CONSENTS: Mapping[str, Said] = {
    "marketing": say("接受营销", "Marketing"),
    "data_use": say("资料使用", "Use of data"),
    "recording": say("通话录音", "Recording"),
}
"""What a client consents to or refuses."""
