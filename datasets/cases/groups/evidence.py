"""What the buyer shows: is it there, of the right kind, believable, and the buyer's own?"""

import base64

from scenario import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    Buyer,
    Case,
    Pair,
    Side,
    approve,
    money,
    purchase,
    review,
    stamp,
)

PRICE = money(9800)
SMALL = money(3000)
PAID = approve("small_amount", 3000)
SHORT_TEXT = "卡密已被使用，请退款"


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


def each_claims(case: Case, buyers: list[Buyer], words: str | None = None) -> None:
    """Everyone orders a cheap key, opens it and claims that it does not work, each with a picture of their own."""
    accounts = []
    for number, buyer in enumerate(buyers):
        label, start = str(number + 1), number * 10 * MINUTE
        if buyer.account_id not in accounts:
            accounts.append(buyer.account_id)
            case.known(buyer, label=label)
        case.place(SMALL, at=start, order=label, buyer=buyer)
        case.pay(SMALL, at=start + MINUTE, order=label, buyer=buyer)
        case.deliver(label, at=start + 2 * MINUTE, order=label)
        case.view(label, at=start + 5 * MINUTE, order=label, client=buyer.client())
        claim = case.claim(
            "KEY_INVALID", SMALL, at=(3 + number) * HOUR, order=label, buyer=buyer, shows="ACTIVATION_ERROR"
        )
        if words is not None:
            claim["reason_text"] = words


def strangers(case: Case, count: int) -> list[Buyer]:
    """Buyers who share nothing but the network."""
    return [Buyer(case, str(number + 1)) for number in range(count)]


def shown(case: Case, number: int) -> dict:
    """The picture of a claim, from 0."""
    return case.claims[number]["evidence"][0]


def show_file_of(case: Case, number: int, other: int) -> None:
    """Lets a claim show exactly the file of another one."""
    shown(case, number).update({name: shown(case, other)[name] for name in ("sha256", "perceptual_hash")})


def show_copy_of(case: Case, number: int, other: int) -> None:
    """Lets a claim show another file that looks like that of another one: three of 64 bits differ."""
    hashed = bytearray(base64.b64decode(shown(case, other)["perceptual_hash"]))
    for place in (1, 4, 6):
        hashed[place] ^= 0x10
    shown(case, number)["perceptual_hash"] = base64.b64encode(bytes(hashed)).decode()


def long_text(case: Case, label: str = "") -> str:
    """A text of this case alone, too long for two buyers to hit upon it."""
    code = case.digest("text", label).hex()[:12]
    return f"昨天晚上在你们这里买的卡密，今天早上打开输入时显示无效，截图见附件（记录 {code}），请尽快退款。"


def one_file_of_two(case: Case) -> None:
    """Three accounts claim; the second shows the file of the first."""
    each_claims(case, strangers(case, 3))
    show_file_of(case, 1, 0)


def two_strangers(case: Case) -> None:
    """Two accounts claim, each with a picture and words of their own."""
    each_claims(case, strangers(case, 2))
    for number, claim in enumerate(case.claims):
        claim["reason_text"] = long_text(case, str(number))


def near_pictures(case: Case) -> None:
    """The same, and the two pictures are nearly one."""
    two_strangers(case)
    show_copy_of(case, 1, 0)


def near_pictures_on_one_phone(case: Case) -> None:
    """Two accounts on one phone, and their pictures are nearly one."""
    buyers = strangers(case, 2)
    for buyer in buyers:
        buyer.device_id = case.id("device", "shared")
    each_claims(case, buyers)
    show_copy_of(case, 1, 0)


def one_buyer_twice(case: Case) -> None:
    """One buyer claims two keys of one supplier."""
    each_claims(case, [case.buyer, case.buyer])


def four_in_the_same_words(case: Case) -> None:
    """Four accounts claim in the same long words."""
    each_claims(case, strangers(case, 4), long_text(case))


def four_in_short_words(case: Case) -> None:
    """Four accounts claim in the few words that everybody uses."""
    each_claims(case, strangers(case, 4), SHORT_TEXT)


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
    Pair(
        one_file_of_two,
        Side(
            "evidence-file-of-three-accounts",
            "Three accounts show exactly the same file.",
            [PAID, review("evidence_reused"), review("evidence_reused")],
            lambda case: show_file_of(case, 2, 0),
        ),
        Side(
            "evidence-file-of-two-accounts",
            "Two accounts show exactly the same file; the third has a file of its own and nothing to do with them.",
            [PAID, review("evidence_reused"), PAID],
        ),
    ),
    Pair(
        two_strangers,
        Side(
            "evidence-picture-near-another",
            "The vendor shows everybody the same error, so two buyers' pictures are nearly one: that says nothing.",
            [PAID, PAID],
            lambda case: show_copy_of(case, 1, 0),
        ),
        Side(
            "evidence-picture-of-its-own",
            "Two buyers' pictures have nothing in common.",
            [PAID, PAID],
        ),
    ),
    Pair(
        near_pictures,
        Side(
            "evidence-copied-with-words",
            "The picture is nearly that of another account, and so are the words, to the letter.",
            [PAID, review("evidence_copied")],
            lambda case: case.claims[1].update(reason_text=case.claims[0]["reason_text"]),
        ),
        Side(
            "evidence-copied-without-words",
            "The picture is nearly that of another account, but the buyer tells the story in other words.",
            [PAID, PAID],
        ),
    ),
    Pair(
        near_pictures_on_one_phone,
        Side(
            "evidence-copied-on-shared-phone",
            "The picture is nearly that of another account, which claimed from the same phone.",
            [PAID, review("evidence_copied")],
        ),
        Side(
            "evidence-copied-on-own-phone",
            "The picture is nearly that of another account, but the claim comes from a phone of its own.",
            [PAID, PAID],
            lambda case: case.claims[1]["client"].update(device_id=case.id("device", "own")),
        ),
    ),
    Pair(
        one_buyer_twice,
        Side(
            "evidence-own-file-again",
            "One buyer shows one picture of two failing keys, for both orders.",
            [PAID, PAID],
            lambda case: show_file_of(case, 1, 0),
        ),
        Side(
            "evidence-own-file-each",
            "One buyer shows a picture for each of two failing keys.",
            [PAID, PAID],
        ),
    ),
    Pair(
        four_in_the_same_words,
        Side(
            "evidence-text-of-four-accounts",
            "A fourth account tells its story in exactly the words of three others.",
            [PAID, PAID, PAID, review("text_reused")],
        ),
        Side(
            "evidence-text-of-its-own",
            "The fourth account has words of its own.",
            [PAID, PAID, PAID, PAID],
            lambda case: case.claims[3].update(reason_text=long_text(case, "own")),
        ),
    ),
    Pair(
        four_in_short_words,
        Side(
            "evidence-short-text-of-four-accounts",
            "Four accounts write the same few words, as everybody does.",
            [PAID, PAID, PAID, PAID],
        ),
        Side(
            "evidence-short-text-or-none",
            "The fourth account writes nothing.",
            [PAID, PAID, PAID, PAID],
            lambda case: case.claims[3].pop("reason_text"),
        ),
    ),
]
