"""What the buyer shows: is it there, of the right kind, and believable?"""

from scenario import DAY, HOUR, MINUTE, SECOND, Case, Pair, Side, approve, money, purchase, review, stamp

PRICE = money(9800)
SMALL = money(3000)


def invalid_key(case: Case) -> None:
    """A cheap key that does not work, with the vendor's error."""
    purchase(case, SMALL)
    case.claim("KEY_INVALID", SMALL, shows="ACTIVATION_ERROR")


def not_as_described(case: Case) -> None:
    """Cheap goods that are not as described, with a screenshot."""
    purchase(case, SMALL)
    case.claim("NOT_AS_DESCRIBED", SMALL, shows="PRODUCT_SCREENSHOT")


def used_key_on_video(case: Case) -> None:
    """A cheap key that had been used, with a recording."""
    purchase(case, SMALL)
    case.claim("KEY_ALREADY_USED", SMALL, shows="VIDEO")


def charged_twice(case: Case) -> None:
    """Two payments, two keys, the second unopened; the provider's record is shown."""
    purchase(case, PRICE)
    case.pay(PRICE, at=MINUTE + 40 * SECOND, transaction="again")
    case.deliver("2", at=3 * MINUTE, label="again")
    case.claim("CHARGED_TWICE", PRICE, shows="PAYMENT_RECORD")


def asked_again(case: Case) -> None:
    """A claim without evidence, and the same refund again with it."""
    purchase(case, SMALL)
    case.claim("KEY_INVALID", SMALL)
    case.claim("KEY_INVALID", SMALL, at=4 * HOUR, refund="1", shows="ACTIVATION_ERROR")


def of_kind(kind: str):
    """Changes what the one piece of evidence is."""
    return lambda case: case.claims[0]["evidence"][0].update(kind=f"EVIDENCE_KIND_{kind}")


PAIRS = [
    Pair(
        invalid_key,
        Side(
            "evidence-present",
            "The vendor's error is shown.",
            [approve("small_amount", 3000)],
        ),
        Side(
            "evidence-missing",
            "Nothing is shown.",
            [review("evidence_missing")],
            lambda case: case.claims[0].pop("evidence"),
        ),
    ),
    Pair(
        not_as_described,
        Side(
            "evidence-of-right-kind",
            "The goods themselves are shown.",
            [approve("small_amount", 3000)],
        ),
        Side(
            "evidence-of-wrong-kind",
            "A conversation is shown, which says nothing about the goods.",
            [review("evidence_missing")],
            of_kind("CHAT_LOG"),
        ),
    ),
    Pair(
        used_key_on_video,
        Side(
            "evidence-video",
            "A recording of the activation serves as well as the vendor's error.",
            [approve("small_amount", 3000)],
        ),
        Side(
            "evidence-other",
            "Something that is neither the vendor's error nor a recording is shown.",
            [review("evidence_missing")],
            of_kind("OTHER"),
        ),
    ),
    Pair(
        charged_twice,
        Side(
            "evidence-payment-record",
            "Two payments and two keys, one unopened; the provider's record is shown.",
            [review("probable_duplicate")],
        ),
        Side(
            "evidence-payment-record-missing",
            "Two payments and two keys, one unopened; nothing proves a double charge and nothing is shown.",
            [review("evidence_missing")],
            lambda case: case.claims[0].pop("evidence"),
        ),
    ),
    Pair(
        asked_again,
        Side(
            "evidence-supplied-later",
            "The evidence that was missing at first is supplied under the same refund number.",
            [review("evidence_missing"), approve("small_amount", 3000)],
        ),
        Side(
            "evidence-still-missing",
            "The buyer asks again under the same refund number and still shows nothing.",
            [review("evidence_missing"), review("evidence_missing")],
            lambda case: case.claims[1].pop("evidence"),
        ),
    ),
    Pair(
        invalid_key,
        Side(
            "evidence-unedited",
            "The platform looked for signs of editing and found none.",
            [approve("small_amount", 3000)],
            lambda case: case.claims[0]["evidence"][0].update(edited=False),
        ),
        Side(
            "evidence-edited",
            "The platform found signs of editing: even a small sum is not paid unseen.",
            [review("evidence_edited")],
            lambda case: case.claims[0]["evidence"][0].update(edited=True),
        ),
    ),
    Pair(
        invalid_key,
        Side(
            "evidence-captured-after-delivery",
            "The picture was taken after the key was opened.",
            [approve("small_amount", 3000)],
        ),
        Side(
            "evidence-captured-before-delivery",
            "The picture of the failing key is a day older than its delivery.",
            [review("evidence_before_delivery")],
            lambda case: case.claims[0]["evidence"][0].update(captured_at=stamp(-DAY)),
        ),
    ),
]
