"""Scores one refund claim: finds the service through reflection, so nothing has to be compiled.

    pip install grpcio grpcio-reflection
    python3 examples/score.py [address]
"""

import sys, time
import grpc
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.json_format import MessageToJson, ParseDict
from google.protobuf.message_factory import GetMessageClass
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

channel = grpc.insecure_channel(sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:50051")
pool = DescriptorPool(ProtoReflectionDescriptorDatabase(channel))
Request, Response = (
    GetMessageClass(pool.FindMessageTypeByName(f"vouch.v1.ScoreRefund{kind}")) for kind in ("Request", "Response")
)
score = channel.unary_unary(
    "/vouch.v1.RefundRiskService/ScoreRefund", Request.SerializeToString, Response.FromString
)
now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
claim = {
    "request_id": f"example-{time.time_ns()}", "refund_id": "R-1", "order_id": "O-1", "account_id": "A-1",
    "requested_at": now, "amount": {"amount_minor": 9800, "currency_code": "CNY"},
    "reason": "CLAIM_REASON_KEY_ALREADY_USED", "channel": "CLAIM_CHANNEL_APP",
    "destination": {"route": "REFUND_ROUTE_ORIGINAL"}, "client": {"ip": "175.16.199.1", "device_id": "D-1"},
}
try:
    print(MessageToJson(score(ParseDict({"claim": claim}, Request()), timeout=5).verdict, ensure_ascii=False))
except grpc.RpcError as error:
    sys.exit(f"{error.code().name}: {error.details()}")
