"""Scores one claim; reflection finds the service. pip install grpcio grpcio-reflection; score.py [address]"""
import sys, time, grpc
from google.protobuf import json_format as pb_json, message_factory
from google.protobuf.descriptor_pool import DescriptorPool
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

channel = grpc.insecure_channel(sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:50051")
pool = DescriptorPool(ProtoReflectionDescriptorDatabase(channel))
request, response = (message_factory.GetMessageClass(pool.FindMessageTypeByName(f"vouch.v1.ScoreRefund{kind}"))
                     for kind in ("Request", "Response"))
score = channel.unary_unary("/vouch.v1.RefundRiskService/ScoreRefund", request.SerializeToString, response.FromString)
claim = {
    "request_id": f"example-{time.time_ns()}", "refund_id": "R-1", "order_id": "O-1", "account_id": "A-1",
    "requested_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    "amount": {"amount_minor": 9800, "currency_code": "CNY"}, "reason": "CLAIM_REASON_KEY_ALREADY_USED",
    "destination": {"route": "REFUND_ROUTE_ORIGINAL"}, "channel": "CLAIM_CHANNEL_APP",
    "client": {"ip": "175.16.199.1", "device_id": "D-1"},
}
verdict = score(pb_json.ParseDict({"claim": claim}, request()), timeout=5).verdict
print(pb_json.MessageToJson(verdict, ensure_ascii=False))
