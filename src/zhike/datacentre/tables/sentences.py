"""Every sentence that a night publishes about a client: stages, logics, value, proposals, the timeline."""

from __future__ import annotations

from zhike.datacentre.tables.telling import SENTENCES, Told, in_words, plain, tell, told_in
from zhike.datacentre.tables.telling import sentence as _s

__all__ = ["SENTENCES", "Told", "in_words", "plain", "tell", "told_in"]

# A sentence reads as one entry: code, Chinese, English, its figures in their order.
# fmt: off

# Stages: the rule that holds, with its numbers.
_s("stage.waiting", "尚无有效资产与交易", "neither assets nor trades so far")
_s("stage.idle", "开户约 {years} 年，有数据以来无资产亦无交易", "opened {years} years ago, neither assets nor trades since the data begin", "years")
_s("stage.fresh", "开户 {days} 天，尚无有效资产与交易", "opened {days} days ago, neither assets nor trades so far", "days")
_s("stage.funded", "已有资产 {net:yuan} 元，尚未交易", "net assets {net:yuan} yuan, no trade yet", "net")
_s("stage.young", "入户 {age} 个月（不足 {grown} 个月），已有交易", "with us for {age} months (less than {grown}), has traded", "age", "grown")
_s("stage.rising_assets", "剔除行情后资产较 {quarter} 个月前增 {own:percent}（同类中位 {like:percent}）",
   "assets, the market taken out, up {own:percent} on {quarter} months before (like clients {like:percent})", "quarter", "own", "like")
_s("stage.rising_revenue", "近 {quarter} 个月净创收 {revenue:yuan} 元，较此前增 {own:percent}（同类中位 {like:percent}）",
   "net revenue of {quarter} months {revenue:yuan} yuan, up {own:percent} on those before (like clients {like:percent})",
   "quarter", "revenue", "own", "like")
_s("stage.steady", "入户 {age} 个月，资产与创收平稳：近 {quarter} 个月净创收为近 {year} 个月高点的 {share:percent}（同类中位 {like:percent}）",
   "with us for {age} months, steady: net revenue of {quarter} months at {share:percent} of its {year}-month peak (like clients {like:percent})",
   "age", "quarter", "year", "share", "like")
_s("stage.steady_unmeasured", "入户 {age} 个月，资产与创收平稳：近 {year} 个月没有净创收可比",
   "with us for {age} months, steady: no net revenue of {year} months to compare with", "age", "year")
_s("stage.falling_assets", "剔除行情后资产为近 {year} 个月高点的 {share:percent}（同类中位 {like:percent}），连续两月",
   "assets, the market taken out, at {share:percent} of their {year}-month peak (like clients {like:percent}), two months running",
   "year", "share", "like")
_s("stage.falling_revenue", "近 {quarter} 个月净创收为近 {year} 个月高点的 {share:percent}（同类中位 {like:percent}），{less}",
   "net revenue of {quarter} months at {share:percent} of its {year}-month peak (like clients {like:percent}), {less}",
   "quarter", "year", "share", "like", "less")
_s("stage.falling_activity", "近 {quarter} 个月{less}", "in {quarter} months {less}", "quarter", "less")
_s("stage.less", "{seen:list}；若活跃度已降一半以上，出现这样的{acts:both}的可能性是未变时的 {times}（以近六个月计）",
   "{seen:list}; had activity fallen to half or less, {acts:both} like these would be {times} as likely as with it unchanged (over six months)",
   "seen", "acts", "times")
_s("days.trading", "交易 {seen} 天（应约 {due} 天）", "traded on {seen} days (about {due} expected)", "seen", "due")
_s("days.login", "登录 {seen} 天（应约 {due} 天）", "logged in on {seen} days (about {due} expected)", "seen", "due")
_s("acts.trading", "交易", "trades")
_s("acts.login", "登录", "logins")
_s("times", "{n} 倍", "{n} times", "n")
_s("times.more", "{n:,} 倍以上", "more than {n:,} times", "n")
_s("stage.silent", "连续 {months} 个月无交易{net}", "no trade for {months} months{net}", "months", "net")
_s("also.net", "，净资产 {net:yuan} 元", ", net assets {net:yuan} yuan", "net")
_s("stage.left", "近 {quarter} 个月净转出 {out:yuan} 元，仅余 {net:yuan} 元",
   "took out {out:yuan} yuan net in {quarter} months, {net:yuan} yuan left", "quarter", "out", "net")
_s("stage.emptied", "净资产 {net:yuan} 元，连续 {months} 个月低于 {least:yuan} 元",
   "net assets {net:yuan} yuan, below {least:yuan} for {months} months", "net", "months", "least")
_s("stage.closed", "{on} 已销户", "closed the account on {on}", "on")
_s("stage.back", "休眠或流失后回来：当月交易 {days} 天{net}", "back after going quiet or away: traded on {days} days{net}", "days", "net")

# Profit logic: the verdict, or why there is none.
_s("logic.insufficient",
   "样本不足：有行情可比的决策 {n} 次，按远近折合 {spoken:.1f} 次（需 {decisions} 次），完整交易 {trips} 轮（需 {least} 轮或持仓满 {held} 天）。",
   "Too few trades to tell: {n} decisions with prices to hold them against, worth {spoken:.1f} by how recent they are ({decisions} needed),"
   " {trips} round trips ({least} needed, or a position held for {held} days).",
   "n", "spoken", "decisions", "trips", "least", "held")
_s("logic.verdict", "{logic:logic}（概率 {p:chance}，依据 {n} 次决策、{trips} 轮完整交易）：主要看{because:traits}。",
   "By {logic:logic} (probability {p:chance}, from {n} decisions and {trips} round trips): mainly {because:traits}.",
   "logic", "p", "n", "trips", "because")
_s("logic.mixed", "混合型，{logic:logic}略占优（概率 {p:chance}，依据 {n} 次决策、{trips} 轮完整交易）：主要看{because:traits}。",
   "Mixed, {logic:logic} a little ahead (probability {p:chance}, from {n} decisions and {trips} round trips): mainly {because:traits}.",
   "logic", "p", "n", "trips", "because")

# Value: what couldn't be scored.
_s("value.lacking", "缺少数据：{names:pairs}；其权重按比例分给同级准则。", "Not known: {names:pairs}; their weight went to the criteria beside them.", "names")

# Proposals: why this client and why now.
_s("call.new", "{opened} 新开户，须在 {days} 天内回访，{left}{unknown}", "opened on {opened}, to be called back within {days} days, {left}{unknown}",
   "opened", "days", "left", "unknown")
_s("left.days", "还有 {n} 天", "{n} days left", "n")
_s("left.overdue", "已超期 {n} 天", "{n} days overdue", "n")
_s("left.expires", "还有 {n} 天到期", "expires in {n} days", "n")
_s("left.expired", "已过期 {n} 天", "expired {n} days ago", "n")
_s("also.no_contacts", "；未提供联系记录，是否已回访未知", "; no contacts were delivered, so whether it was done isn't known")
_s("call.assessment", "风险测评（{level}，{assessed}）有效期至 {expires}，{left}", "the risk assessment ({level}, {assessed}) holds until {expires}, {left}",
   "level", "assessed", "expires", "left")
_s("call.inflow", "近 {days} 个交易日净转入 {amount:yuan} 元，为此前净资产 {before:yuan} 元的 {share:percent}",
   "brought in {amount:yuan} yuan net in {days} trading days, {share:percent} of the {before:yuan} before", "days", "amount", "before", "share")
_s("call.outflow", "近 {days} 个交易日净转出 {amount:yuan} 元，为此前净资产 {before:yuan} 元的 {share:percent}",
   "took out {amount:yuan} yuan net in {days} trading days, {share:percent} of the {before:yuan} before", "days", "amount", "before", "share")
_s("call.drawdown", "自 {peak} 高点回撤 {fall:percent}（已剔除资金进出），浮亏 {lost:yuan} 元",
   "down {fall:percent} from the peak of {peak} (flows left out), {lost:yuan} yuan", "peak", "fall", "lost")
_s("call.pause", "{gap} 个交易日未交易；以往的间隔十次中九次不超过 {usual} 个，现为其 {times:.1f} 倍（全体中位 {branch:.1f} 倍）",
   "no trade for {gap} trading days; nine of ten earlier gaps were at most {usual}: {times:.1f} times that (branch median {branch:.1f} times)",
   "gap", "usual", "times", "branch")
_s("call.turned", "由{was:stage}转为{now:stage}{why:after}", "went from {was:stage} to {now:stage}{why:after}", "was", "now", "why")
_s("call.logic", "盈利逻辑由{was:logic}变为{now:logic}，服务方式宜随之调整", "the profit logic went from {was:logic} to {now:logic}; service should follow",
   "was", "now")
_s("call.birthday", "{on:monthday}生日，还有 {left} 天", "birthday on {on:monthday}, in {left} days", "on", "left")

# Whether it is permitted.
_s("may.demanded", "制度要求的服务性联系，不推荐任何产品（默认规则，以贵司合规意见为准）",
   "a contact the rules demand; no product is offered (a default rule; your counsel confirms it)")
_s("may.reasons", "转出后 {days} 个交易日之内，只了解原因，不得阻碍办理（默认规则，以贵司合规意见为准）",
   "within {days} trading days of the transfer: ask for reasons only, obstruct nothing (a default rule; your counsel confirms it)", "days")
_s("may.service", "服务性联系，不推荐产品，无需匹配；客户未拒绝营销；客户等级 {level}，如谈及产品须先作适当性匹配（默认规则，以贵司合规意见为准）",
   "a service contact, no product offered; marketing not refused; risk grade {level}: match suitability before any product is named"
   " (a default rule; your counsel confirms it)", "level")
_s("may.service_unasked",
   "服务性联系，不推荐产品，无需匹配；是否拒绝营销未登记，联系前请核对；客户等级 {level}，如谈及产品须先作适当性匹配（默认规则，以贵司合规意见为准）",
   "a service contact, no product offered; whether marketing was refused isn't on file: look it up first; risk grade {level}: match suitability"
   " before any product is named (a default rule; your counsel confirms it)", "level")
_s("not.frozen", "仅为法定留存的记录，不得使用", "kept only because the law demands it, not to be used")
_s("not.closed", "已销户", "the account is closed")
_s("not.opted_out", "客户拒绝营销", "the client refused marketing")
_s("not.cooldown", "{last} 刚联系过，{days} 天内不再打扰", "contacted on {last}, not again within {days} days", "last", "days")
_s("not.leaving", "客户已申请转户或销户，不得阻碍", "the client applied for transfer or closing; not to be obstructed")

# The timeline: what happened.
_s("event.opened", "开立首个账户", "Opened the first account")
_s("event.closed", "销户", "Closed the account")
_s("event.assessed", "风险测评：{level}", "Risk assessment: {level}", "level")
_s("event.assessed_unknown", "风险测评：等级未知", "Risk assessment: grade unknown")
_s("event.first_trade", "首次交易，当日 {n} 笔", "First trade, {n} that day", "n")
_s("event.inflow", "转入 {amount:yuan} 元（此前净资产 {before:yuan} 元）", "Brought in {amount:yuan} yuan (net assets before: {before:yuan})", "amount", "before")
_s("event.outflow", "转出 {amount:yuan} 元（此前净资产 {before:yuan} 元）", "Took out {amount:yuan} yuan (net assets before: {before:yuan})", "amount", "before")
_s("event.subscribe", "申购{name}（{product}）{amount:yuan} 元", "Subscribed to {name} ({product}): {amount:yuan} yuan", "name", "product", "amount")
_s("event.redeem", "赎回{name}（{product}）{amount:yuan} 元", "Redeemed {name} ({product}): {amount:yuan} yuan", "name", "product", "amount")
_s("event.mature", "{name}（{product}）期满 {days} 天，可以赎回", "{name} ({product}) came to the end of its {days} days and may be redeemed", "name", "product", "days")
_s("event.gain", "清仓{name}（{security}）：盈利 {amount:yuan} 元，自 {opened} 建仓", "Sold out of {name} ({security}): gained {amount:yuan} yuan, opened on {opened}",
   "name", "security", "amount", "opened")
_s("event.loss", "清仓{name}（{security}）：亏损 {amount:yuan} 元，自 {opened} 建仓", "Sold out of {name} ({security}): lost {amount:yuan} yuan, opened on {opened}",
   "name", "security", "amount", "opened")
_s("event.stage", "生命周期转为{stage:stage}{why:after}", "Life cycle: {stage:stage}{why:after}", "stage", "why")
_s("event.logic", "盈利逻辑转为{logic:logic}{why:after}", "Profit logic: {logic:logic}{why:after}", "logic", "why")
_s("event.contact", "{medium:medium}联系：{purpose:service}{outcome:outcome}", "{medium:medium}: {purpose:service}{outcome:outcome}", "medium", "purpose", "outcome")
_s("event.complaint", "投诉：{category:service}（{severity} 级）", "Complaint: {category:service} (severity {severity})", "category", "severity")
_s("event.complaint_closed", "投诉办结：{category:service}（{severity} 级）", "Complaint closed: {category:service} (severity {severity})", "category", "severity")
_s("event.complaint_upheld", "投诉办结：{category:service}（{severity} 级），成立", "Complaint closed: {category:service} (severity {severity}), upheld",
   "category", "severity")
_s("event.complaint_rejected", "投诉办结：{category:service}（{severity} 级），不成立", "Complaint closed: {category:service} (severity {severity}), not upheld",
   "category", "severity")
_s("event.several", "{events:several}", "{events:several}", "events")
