"""The words that the cases are written in.

A `Case` collects facts (each under a label, so that a sibling can change exactly that one) and claims. Every id is made
from the case's name, so that all cases can be fed into one server without touching each other. Times are seconds
from `START`, the usual time of the order.
"""

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Callable

START = datetime(2026, 11, 20, 2, 0, 0, tzinfo=timezone.utc)  # 10:00 in China
SECOND, MINUTE, HOUR, DAY = 1, 60, 3600, 86400

# Addresses that the public MaxMind test files know.
ABROAD = "2.125.160.{}"  # 216 to 223: Boxford, United Kingdom; on no anonymity list
SWEDEN = "89.160.20.{}"  # 112 to 127: Linköping, Sweden; on no anonymity list
VPN = "1.2.0.{}"
TOR = "65.0.0.{}"
HOSTING = "71.160.223.{}"
PROXY = "186.30.236.{}"

PHONE = (
    "Mozilla/5.0 (Linux; Android 14; 23127PN0CC) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/130.0.0.0 Mobile Safari/537.36"
)
OTHER_PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.1 Mobile/15E148 Safari/604.1"
)


def stamp(at: int) -> str:
    """`at` seconds from START as RFC 3339."""
    return (START + timedelta(seconds=at)).strftime("%Y-%m-%dT%H:%M:%SZ")


def money(amount_minor: int, currency: str = "CNY") -> dict:
    """Money in minor units."""
    return {"amount_minor": str(amount_minor), "currency_code": currency}


def rate(source: str, target: str, value: float) -> dict:
    """An exchange rate: one `source` buys `value` of `target`."""
    return {"from_currency_code": source, "to_currency_code": target, "rate": value}


def joined(*parts: str) -> str:
    """A label or id from its parts; empty ones are left out."""
    return "-".join(part for part in parts if part)


def original() -> dict:
    """Back to the payment."""
    return {"route": "REFUND_ROUTE_ORIGINAL"}


class Buyer:
    """One account of a case, with its phone and its home network."""

    def __init__(self, case: "Case", label: str = ""):
        self.account_id = case.id("account", label)
        self.device_id = case.id("device", label)
        self.payer = case.id("payer", label)
        self.ip = case.home_ip

    def client(self) -> dict:
        """The buyer's own phone at home."""
        return {
            "ip": self.ip,
            "device_id": self.device_id,
            "user_agent": PHONE,
            "timezone": "Asia/Shanghai",
        }


class Case:
    """A named example under construction."""

    def __init__(self, name: str, home_ip: str):
        self.name = name
        self.home_ip = home_ip
        self.labels: list[str] = []
        self.facts: list[dict] = []
        self.claims: list[dict] = []
        self.buyer = Buyer(self)

    # Ids and digests, all from the case's name.

    def id(self, kind: str, label: str = "") -> str:
        """An id of this case alone."""
        return joined(kind, self.name, label)

    def digest(self, kind: str, label: str) -> bytes:
        """32 bytes of this case alone."""
        return hashlib.sha256(f"{self.name}/{kind}/{label}".encode()).digest()

    def key(self, label: str = "1") -> str:
        """A key's fingerprint. Samples need no secret pepper: there is no key behind it."""
        return base64.b64encode(self.digest("key", label)).decode()

    def stranger(self, ip: str) -> dict:
        """A phone that this buyer never used, somewhere else."""
        return {
            "ip": ip,
            "device_id": self.id("device", "stranger"),
            "user_agent": OTHER_PHONE,
            "timezone": "Europe/London",
        }

    def elsewhere(self, label: str = "", signed: bool = True) -> dict:
        """To another WeChat account."""
        return {
            "route": "REFUND_ROUTE_ALTERNATIVE",
            "payout_fingerprint": self.id("payout", label),
            "agreement_signed": signed,
        }

    # Facts.

    def add(self, label: str, at: int, body: str, **fields) -> None:
        """Observes one fact; parts that are None are left out."""
        fact_id = self.id("fact", label)
        content = {name: value for name, value in fields.items() if value is not None}
        self.labels.append(label)
        self.facts.append({"fact_id": fact_id, "occurred_at": stamp(at), body: content})

    def fact(self, label: str) -> dict:
        """The whole fact behind a label."""
        return self.facts[self.labels.index(label)]

    def body(self, label: str) -> dict:
        """What the fact behind a label says."""
        fact = self.fact(label)
        return fact[next(name for name in fact if name not in ("fact_id", "occurred_at"))]

    def move(self, label: str, at: int) -> None:
        """Lets the fact happen at another time."""
        self.fact(label)["occurred_at"] = stamp(at)

    def later(self, seconds: int) -> None:
        """Lets the whole case happen later than it was told, evidence and scopes aside."""

        def moved(text: str) -> str:
            return (datetime.fromisoformat(text) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")

        for fact in self.facts:
            fact["occurred_at"] = moved(fact["occurred_at"])
        for claim in self.claims:
            claim["requested_at"] = moved(claim["requested_at"])

    def drop(self, label: str) -> None:
        """Takes the fact out."""
        index = self.labels.index(label)
        del self.labels[index], self.facts[index]

    def activity(self, label: str, at: int, kind: str, client: dict | None, buyer: Buyer | None = None) -> None:
        """The account did something."""
        account_id = (buyer or self.buyer).account_id
        kind = f"ACTIVITY_KIND_{kind}"
        self.add(label, at, "account_activity", account_id=account_id, kind=kind, client=client)

    def known(self, buyer: Buyer | None = None, label: str = "", login: int = -10 * MINUTE) -> None:
        """The account was opened in 2025, and its owner logged in shortly before the order."""
        buyer = buyer or self.buyer
        self.activity(joined("registered", label), -620 * DAY, "REGISTERED", buyer.client(), buyer)
        self.activity(joined("login", label), login, "LOGIN", buyer.client(), buyer)

    def place(
        self,
        amount: dict,
        at: int = 0,
        order: str = "",
        sku_class: str = "KEY",
        quantity: int = 1,
        buyer: Buyer | None = None,
    ) -> None:
        """The buyer places an order."""
        buyer = buyer or self.buyer
        self.add(
            joined("placed", order),
            at,
            "order_placed",
            order_id=self.id("order", order),
            account_id=buyer.account_id,
            sku=self.id("sku"),
            sku_class=f"SKU_CLASS_{sku_class}",
            supplier_id=self.id("supplier"),
            quantity=quantity,
            amount=amount,
            client=buyer.client(),
        )

    def pay(
        self,
        amount: dict,
        at: int = MINUTE,
        order: str = "",
        transaction: str = "",
        method: str = "WECHAT",
        country: str = "CN",
        fx: dict | None = None,
        buyer: Buyer | None = None,
    ) -> None:
        """The provider captures money; `transaction` tells several payments of one order apart."""
        self.add(
            joined("paid", order, transaction),
            at,
            "payment_captured",
            psp_transaction_id=self.id("psp", joined(order, transaction)),
            order_id=self.id("order", order),
            payer_fingerprint=(buyer or self.buyer).payer,
            method=f"PAYMENT_METHOD_{method}",
            amount=amount,
            fx_rate=fx,
            payment_country=country,
        )

    def deliver(self, key: str | None = "1", at: int = 2 * MINUTE, order: str = "", label: str = "") -> None:
        """Goods are handed over; `key` is None for goods without one."""
        self.add(
            joined("delivered", order, label),
            at,
            "key_delivered",
            order_id=self.id("order", order),
            key_fingerprint=None if key is None else self.key(key),
            batch_id=self.id("batch"),
            supplier_id=self.id("supplier"),
        )

    def neighbour(self, at: int = 3 * MINUTE) -> None:
        """Another order gets its key: deliveries are running and are told, so one that is missing is missing."""
        self.add(
            "neighbour",
            at,
            "key_delivered",
            order_id=self.id("order", "neighbour"),
            key_fingerprint=self.key("neighbour"),
            batch_id=self.id("batch"),
            supplier_id=self.id("supplier"),
        )

    def view(
        self, key: str = "1", at: int = 5 * MINUTE, order: str = "", label: str = "", client: dict | None = None
    ) -> None:
        """The goods are opened."""
        self.add(
            joined("viewed", order, label),
            at,
            "key_viewed",
            order_id=self.id("order", order),
            key_fingerprint=self.key(key),
            client=client or self.buyer.client(),
        )

    def activate(
        self, at: int, result: str, client: dict, key: str = "1", label: str = "activated", activator: str = ""
    ) -> None:
        """Somebody tries the key, under a vendor's account; `activator` tells several apart."""
        self.add(
            label,
            at,
            "key_activated",
            key_fingerprint=self.key(key),
            result=f"ACTIVATION_RESULT_{result}",
            activator_id=self.id("activator", activator),
            client=client,
        )

    def settle(self, refund: str, amount: dict, at: int, label: str = "settled") -> None:
        """A refund of the order is paid."""
        self.add(label, at, "refund_settled", **self.settlement(refund, amount, "SETTLED"))

    def settlement(self, refund: str, amount: dict, status: str) -> dict:
        """What a refund that was SETTLED or FAILED says."""
        return {
            "refund_id": self.id("refund", refund),
            "order_id": self.id("order"),
            "account_id": self.buyer.account_id,
            "amount": amount,
            "route": "REFUND_ROUTE_ORIGINAL",
            "status": f"SETTLEMENT_STATUS_{status}",
        }

    def dispute(self, amount: dict, at: int, transaction: str = "", closed: str | None = None) -> None:
        """The payer's bank disputes a payment, or with `closed` (WON or LOST) ends the dispute."""
        self.add(
            "dispute" if closed is None else "dispute-closed",
            at,
            "chargeback_opened" if closed is None else "chargeback_closed",
            chargeback_id=self.id("chargeback"),
            psp_transaction_id=self.id("psp", transaction),
            order_id=self.id("order"),
            account_id=self.buyer.account_id,
            amount=amount,
            result=None if closed is None else f"CHARGEBACK_RESULT_{closed}",
        )

    def leak(self, first_seen: int, key: str = "1") -> None:
        """The platform finds the key in public, two hours after the order."""
        self.add(
            "leak",
            2 * HOUR,
            "keys_leaked",
            key_fingerprints=[self.key(key)],
            source="public-paste",
            first_seen_at=stamp(first_seen),
        )

    def incident(self, kind: str, since: int, until: int | None, at: int = 5 * MINUTE, **scope) -> None:
        """The platform declares a fault of its own; `scope` is a sku, supplier_id or batch_id."""
        fields = {
            "incident_id": self.id("incident"),
            "kind": f"INCIDENT_KIND_{kind}",
            **scope,
            "from": stamp(since),
            "until": None if until is None else stamp(until),
        }
        self.add("incident", at, "incident_declared", **fields)

    # Claims.

    def evidence(self, kind: str, captured: int, label: str = "1") -> dict:
        """One thing that the buyer shows."""
        content = self.digest("evidence", label)
        return {
            "kind": f"EVIDENCE_KIND_{kind}",
            "sha256": base64.b64encode(content).decode(),
            "perceptual_hash": base64.b64encode(content[:8]).decode(),
            "captured_at": stamp(captured),
        }

    def claim(
        self,
        reason: str,
        amount: dict,
        at: int = 3 * HOUR,
        shows: str | None = None,
        order: str = "",
        refund: str | None = None,
        buyer: Buyer | None = None,
    ) -> dict:
        """The buyer asks for money back; `shows` is the kind of evidence. Each claim is another refund unless named."""
        buyer = buyer or self.buyer
        number = str(len(self.claims) + 1)
        claim = {
            "request_id": self.id("request", number),
            "refund_id": self.id("refund", refund or number),
            "order_id": self.id("order", order),
            "account_id": buyer.account_id,
            "requested_at": stamp(at),
            "amount": amount,
            "reason": f"CLAIM_REASON_{reason}",
            "destination": original(),
            "client": buyer.client(),
            "channel": "CLAIM_CHANNEL_APP",
        }
        if shows is not None:
            claim["evidence"] = [self.evidence(shows, at - 10 * MINUTE, number)]
        self.claims.append(claim)
        return claim


def purchase(case: Case, amount: dict, upto: str = "viewed", **place) -> None:
    """The usual story: a known account orders, pays, gets one key and opens it; `upto` says where it ends."""
    steps = ("paid", "delivered", "viewed")
    reached = steps.index(upto)
    case.known()
    case.place(amount, **place)
    case.pay(amount)
    if reached == 0:
        case.neighbour()
    if reached >= 1:
        case.deliver()
    if reached >= 2:
        case.view()


# Expectations.


def approve(reason: str, amount_minor: int = 0) -> dict:
    """Paid at once; 0 leaves the amount unchecked."""
    expect = {"decision": "DECISION_APPROVE", "reason": reason}
    if amount_minor:
        expect["approved_amount_minor"] = str(amount_minor)
    return expect


def review(reason: str) -> dict:
    """A person decides."""
    return {"decision": "DECISION_REVIEW", "reason": reason}


def reject(reason: str) -> dict:
    """Not paid."""
    return {"decision": "DECISION_REJECT", "reason": reason}


# Pairs.


@dataclass(frozen=True)
class Side:
    """One case of a pair: its name, its story, what is expected of each claim, and its one difference."""

    name: str
    story: str
    expect: list[dict]
    change: Callable[[Case], object] | None = None


@dataclass(frozen=True)
class Pair:
    """Two cases from one scenario; the right one changes one thing in it."""

    build: Callable[[Case], None]
    left: Side
    right: Side
