"""Faults that the platform declares: whose order is in scope, and does the claim fit?"""

from scenario import HOUR, MINUTE, Case, Pair, Side, approve, money, purchase, reject, review, stamp

PRICE = money(9800)


def outage_under_way(case: Case) -> None:
    """Deliveries of the SKU are down; the buyer asks five minutes after paying."""
    purchase(case, PRICE, upto="paid")
    case.incident("DELIVERY_OUTAGE", -HOUR, 2 * HOUR, sku=case.id("sku"))
    case.claim("NOT_DELIVERED", PRICE, at=6 * MINUTE)


def outage_over(case: Case) -> None:
    """Deliveries of the SKU were down; the key came two hours late and lies unopened."""
    case.known()
    case.place(PRICE)
    case.pay(PRICE)
    case.incident("DELIVERY_OUTAGE", -HOUR, 2 * HOUR, sku=case.id("sku"))
    case.deliver(at=2 * HOUR)
    case.claim("NOT_DELIVERED", PRICE)


def bad_batch(case: Case) -> None:
    """The vendor does not know the keys of the batch."""
    purchase(case, PRICE)
    case.activate(20 * MINUTE, "INVALID", case.buyer.client())
    case.incident("BAD_BATCH", -24 * HOUR, None, at=2 * HOUR, batch_id=case.id("batch"))
    case.claim("KEY_INVALID", PRICE, shows="ACTIVATION_ERROR")


def double_charge(case: Case) -> None:
    """Double charges of the SKU are declared, but only one payment of this order is known, and its key was opened."""
    purchase(case, PRICE)
    case.incident("DOUBLE_CHARGE", -HOUR, 2 * HOUR, sku=case.id("sku"))
    case.claim("CHARGED_TWICE", PRICE)


def ended_before_order(case: Case) -> None:
    """The incident was over ten minutes before the order."""
    case.body("incident").update(until=stamp(-10 * MINUTE))


PAIRS = [
    Pair(
        outage_under_way,
        Side(
            "incident-outage-covers-order",
            "Deliveries are declared down and the order falls into the outage.",
            [approve("incident_declared", 9800)],
        ),
        Side(
            "incident-outage-ended-before-order",
            "The outage ended before the order; five minutes after payment the delivery may still come.",
            [review("needs_review")],
            ended_before_order,
        ),
    ),
    Pair(
        outage_over,
        Side(
            "incident-outage-late-key-unopened",
            "The key came hours late because of the outage and was not opened.",
            [approve("incident_declared", 9800)],
        ),
        Side(
            "incident-outage-late-key-opened",
            "The key came late but the buyer opened it and says that nothing came.",
            [reject("claim_contradicted")],
            lambda case: case.view(at=2 * HOUR + 5 * MINUTE),
        ),
    ),
    Pair(
        bad_batch,
        Side(
            "incident-bad-batch",
            "The key is of a batch that the platform declared bad.",
            [approve("incident_declared", 9800)],
        ),
        Side(
            "incident-other-batch",
            "The key is of another batch than the one declared bad.",
            [review("needs_review")],
            lambda case: case.body("delivered").update(batch_id=case.id("batch", "other")),
        ),
    ),
    Pair(
        bad_batch,
        Side(
            "incident-bad-batch-refused",
            "A key of the bad batch was refused by the vendor.",
            [approve("incident_declared", 9800)],
        ),
        Side(
            "incident-bad-batch-consumed",
            "A key of the bad batch worked all the same: the buyer consumed it.",
            [reject("key_used_by_claimant")],
            lambda case: case.body("activated").update(result="ACTIVATION_RESULT_OK"),
        ),
    ),
    Pair(
        bad_batch,
        Side(
            "incident-reason-fits",
            "The claim is about the fault that was declared.",
            [approve("incident_declared", 9800)],
        ),
        Side(
            "incident-reason-differs",
            "The batch is bad, but the buyer only changed their mind.",
            [reject("no_reason_after_delivery")],
            lambda case: case.claims[0].update(reason="CLAIM_REASON_NO_LONGER_WANTED"),
        ),
    ),
    Pair(
        double_charge,
        Side(
            "incident-double-charge-not-yet-seen",
            "Double charges are declared, but this order's second payment is not known yet: a person looks for it.",
            [review("incident_possible")],
        ),
        Side(
            "incident-double-charge-ended-before-order",
            "The double charges had ended before the order, and only one payment is known: its record is asked for.",
            [review("evidence_missing")],
            ended_before_order,
        ),
    ),
]
