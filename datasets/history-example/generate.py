"""Makes the tables of this folder: `python3 generate.py`. Same seed, same bytes. Nothing here is of a real shop.

A small shop for keys, top-ups and subscriptions in the summer of 2026, as its own systems export it: each in another form.
"""

import csv
import json
import random
from datetime import datetime, timedelta, timezone
from pathlib import Path

SHANGHAI = timezone(timedelta(hours=8))
START = datetime(2026, 7, 1, tzinfo=SHANGHAI)
ORDERS = 270
DAYS = 84
FOLDER = Path(__file__).parent
chance = random.Random(20260701)

GOODS = [  # sku, type, price in yuan, supplier
    ("steam-50", "GC", "49.00", "sup-a"),
    ("steam-100", "GC", "98.00", "sup-a"),
    ("psn-200", "GC", "196.50", "sup-b"),
    ("genshin-6480", "TOPUP", "648.00", ""),
    ("video-year", "SUB", "178.00", "sup-c"),
]
AGENTS = [
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
]
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def card():
    return "-".join("".join(chance.choice(ALPHABET) for _ in range(5)) for _ in range(3))


def local(time):
    return time.strftime("%Y-%m-%d %H:%M:%S") if time else ""


def epoch_ms(time):
    return round(time.timestamp() * 1000) if time else ""


def minutes(least, most):
    return timedelta(seconds=chance.randint(least * 60, most * 60))


class Buyer:
    def __init__(self, number):
        self.id = f"u{number:04}"
        # Documentation addresses (RFC 5737).
        self.ip = f"{chance.choice(['192.0.2', '198.51.100', '203.0.113'])}.{chance.randint(1, 254)}"
        self.device = f"d{chance.randrange(16**8):08x}"
        self.agent = chance.choice(AGENTS)
        # Test numbers of card networks' ranges never issued.
        self.card = f"9999 {chance.randrange(10**4):04} {chance.randrange(10**4):04} {number:04}"
        self.way = chance.choices(["WX", "ALI", "CARD"], [5, 4, 2])[0]
        self.joined = START + timedelta(days=chance.uniform(-90, 0))


buyers = [Buyer(number) for number in range(110)]
orders, payments, activations, refunds, disputes, reviews, logins = [], [], [], [], [], [], []


def pay(order, time, number):
    buyer = order["buyer"]
    fen = int(order["price"].replace(".", ""))
    payments.append(
        [f"psp-{order['no']}-{number}", order["no"], buyer.card, buyer.way, fen, "CNY", epoch_ms(time), "CN"]
    )


def refund(order, asked, reason, words, way="Y", paid="已退款", label=None):
    number = len(refunds) + 1
    buyer = order["buyer"]
    refunds.append(
        {
            "out_refund_no": f"rf{number:05}",
            "order_no": order["no"],
            "user_id": buyer.id,
            "asked_at": local(asked),
            "money": order["price"],
            "why": reason,
            "words": words,
            "door": chance.choices(["APP", "网页", "客服"], [6, 2, 2])[0],
            "back_to_payment": way,
            "payee_account": "" if way == "Y" else f"alipay:{buyer.id}@example.com",
            "agreement": "" if way == "Y" else chance.choice(["已签", "未签"]),
            "ip": buyer.ip,
            "device_id": buyer.device,
            "paid_back_at": local(asked + minutes(60, 2800)) if paid != "已拒绝" else "",
            "state": paid,
        }
    )
    if label:
        seen = asked + timedelta(days=chance.randint(2, 20))
        reviews.append([f"rf{number:05}", order["no"], buyer.id, label, chance.choice(["人工", "抽检"]), local(seen)])


for number in range(ORDERS):
    buyer = chance.choice(buyers)
    sku, kind, price, supplier = chance.choice(GOODS)
    placed = START + timedelta(days=DAYS * number / ORDERS) + minutes(0, 300)
    order = {"no": f"2026{number:06}", "buyer": buyer, "price": price}
    fate = chance.choices(
        ["fine", "unpaid", "twice", "lost", "dead", "used", "regret", "cheat", "free"],
        [250, 12, 5, 5, 8, 5, 12, 8, 2],
    )[0]
    paid = placed + minutes(0, 8) if fate not in ("unpaid", "free") else None
    delivered = paid + minutes(0, 3) if paid and fate != "lost" else None
    viewed = delivered + minutes(1, 300) if delivered and fate not in ("regret", "twice") else None
    key = card() if kind == "GC" and delivered else ""
    state = {"unpaid": "已取消", "free": "赠品"}.get(fate, "已完成" if delivered else "已付款")
    orders.append(
        [order["no"], buyer.id, sku, kind, "CN" if kind == "GC" else "", supplier, 1,
         "0.00" if fate == "free" else price, local(placed), state, local(delivered), key,
         f"{supplier}-{placed:%m}" if key else "", local(viewed), buyer.ip, buyer.device, buyer.agent]
    )
    logins.append(
        {"user": buyer.id, "event": "login", "ts": (placed - minutes(1, 30)).isoformat(),
         "client": {"ip": buyer.ip, "device": {"id": buyer.device, "emulator": False}, "tz": "Asia/Shanghai"}}
    )
    if paid:
        pay(order, paid, 1)
    if fate == "twice":
        pay(order, paid + minutes(1, 6), 2)
        refund(order, paid + minutes(30, 600), "重复扣款", "扣了两次钱，只买了一份", label="诚实")
    if key and fate in ("dead", "used", "fine", "cheat") and chance.random() < 0.9:
        tried = viewed + minutes(2, 900)
        answer = {"dead": "NOT_FOUND", "used": "TAKEN"}.get(fate, "OK")
        if fate == "used":
            activations.append([key, epoch_ms(delivered - minutes(600, 9000)) // 1000, "OK", "vendor-77120", "198.51.100.77"])
        activations.append([key, epoch_ms(tried) // 1000, answer, f"vendor-{buyer.id}", buyer.ip])
    asked = (viewed or delivered or placed) + minutes(60, 1400)
    if fate == "lost":
        refund(order, asked, "未收到", "一直没有发货", label=chance.choice(["平台问题", None]))
    elif fate == "dead" and key:
        refund(order, asked + minutes(900, 1000), "卡密无效", "激活时提示卡密不存在", label=chance.choice(["平台问题", None]))
    elif fate == "used" and key:
        refund(order, asked + minutes(900, 1000), "卡密已使用", "提示已被使用", label="平台问题")
    elif fate == "regret":
        refund(order, asked, "不想要了", "买错了，还没打开", label=chance.choice(["诚实", None]))
    elif fate == "cheat":
        refund(order, asked + minutes(900, 3000), chance.choice(["卡密已使用", "与描述不符"]), "用不了，退款！",
               way=chance.choice(["Y", "N"]), paid=chance.choice(["已拒绝", "已退款"]), label=chance.choice(["滥用", None]))
        if chance.random() < 0.4 and paid:
            opened = asked + timedelta(days=chance.randint(5, 15))
            closed = opened + timedelta(days=chance.randint(10, 25))
            disputes.append(
                [f"cb-{len(disputes) + 1:03}", f"psp-{order['no']}-1", order["no"], buyer.id, f"-{price}", "CNY",
                 f"{opened:%d.%m.%Y}", f"{closed:%d.%m.%Y}", chance.choice(["won", "lost"])]
            )

for buyer in buyers:
    logins.append(
        {"user": buyer.id, "event": "signup", "ts": buyer.joined.isoformat(),
         "client": {"ip": buyer.ip, "device": {"id": buyer.device, "emulator": False}, "tz": "Asia/Shanghai"}}
    )
for buyer in chance.sample(buyers, 8):
    logins.append(
        {"user": buyer.id, "event": "new_password", "ts": (START + timedelta(days=chance.uniform(0, DAYS))).isoformat(),
         "client": {"ip": f"203.0.113.{chance.randint(1, 254)}", "device": None, "tz": None}}
    )
logins.sort(key=lambda login: login["ts"])


def table(name, header, rows, delimiter=",", mark=False):
    encoding = "utf-8-sig" if mark else "utf-8"
    with open(FOLDER / name, "w", newline="", encoding=encoding) as file:
        writer = csv.writer(file, delimiter=delimiter, lineterminator="\r\n" if mark else "\n")
        writer.writerow(header)
        writer.writerows(rows)


ORDER_COLUMNS = ["order_no", "user_id", "sku", "goods_type", "region", "supplier", "qty", "price", "created_at", "state",
                 "delivered_at", "card_no", "batch", "viewed_at", "ip", "device_id", "user_agent"]
for month in ("07", "08", "09"):
    chosen = [order for order in orders if order[8][5:7] == month]
    table(f"orders-2026-{month}.csv", ORDER_COLUMNS, chosen, mark=month == "08")
table("payments.csv", ["psp_id", "order_no", "payer_card", "way", "amount_fen", "currency", "paid_at_ms", "country"], payments, ";")
table("activations.tsv", ["card_no", "at", "answer", "vendor_account", "ip"], activations, "\t")
table("refunds.csv", list(refunds[0]), [list(refund.values()) for refund in refunds])
table("disputes.csv", ["case_id", "psp_id", "order_no", "user_id", "amount", "currency", "opened", "closed", "result"], disputes)
table("reviews.csv", ["out_refund_no", "order_no", "user_id", "finding", "by", "found_at"], reviews)
delivered_keys = [order[11] for order in orders if order[11]]
table("leaks.csv", ["card_no", "where", "seen_at"],
      [[key, "paste site", "2026-09-10T03:15:00Z"] for key in chance.sample(delivered_keys, 3)])
table("incidents.csv", ["id", "what", "supplier", "from", "until"],
      [["inc-1", "outage", "sup-b", "2026-08-02 09:00:00", "2026-08-02 15:30:00"]])
with open(FOLDER / "logins.ndjson", "w", encoding="utf-8") as file:
    for login in logins:
        file.write(json.dumps(login, ensure_ascii=False) + "\n")
