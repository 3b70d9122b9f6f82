"""A foreign peer for KPNG's API: Debian's grpcio, with raw bytes.

client ADDRESS METHOD REQUEST_HEX ROUNDS [TLS_FOLDER]   prints each message in hex, then the status
server ADDRESS MESSAGES_HEX...                          answers each request with the messages
"""
import sys
from concurrent import futures

import grpc


def raw(data):
    return data


def read(path):
    with open(path, "rb") as file:
        return file.read()


def client(address, method, request, rounds, tls=None):
    if tls is None:
        channel = grpc.insecure_channel(address)
    else:
        credentials = grpc.ssl_channel_credentials(
            read(tls + "/caa.crt"), read(tls + "/clienta.key"), read(tls + "/clienta.crt")
        )
        channel = grpc.secure_channel(address, credentials)
    call = channel.stream_stream(method, request_serializer=raw, response_deserializer=raw)
    wake = futures.ThreadPoolExecutor(1)
    asked = __import__("queue").Queue()
    asked.put(bytes.fromhex(request))
    left = int(rounds)
    stream = call(iter(asked.get, None))
    try:
        for message in stream:
            print(message.hex(), flush=True)
            if message == b"\x0a\x00":
                left -= 1
                asked.put(bytes.fromhex(request) if left > 0 else None)
    except grpc.RpcError as error:
        print(error.code().name, error.details(), flush=True)
    wake.shutdown()
    channel.close()


class Sets(grpc.GenericRpcHandler):
    def __init__(self, messages):
        self.messages = messages

    def service(self, details):
        return grpc.stream_stream_rpc_method_handler(
            self.watch, request_deserializer=raw, response_serializer=raw
        )

    def watch(self, requests, context):
        for index, request in enumerate(requests):
            print(request.hex(), flush=True)
            if index == 0:
                yield from self.messages
                yield b"\x0a\x00"


def server(tls, *messages):
    peer = grpc.server(futures.ThreadPoolExecutor(4))
    peer.add_generic_rpc_handlers((Sets([bytes.fromhex(each) for each in messages]),))
    if tls == "-":
        port = peer.add_insecure_port("127.0.0.1:0")
    else:
        credentials = grpc.ssl_server_credentials(
            [(read(tls + "/servera.key"), read(tls + "/servera.crt"))],
            read(tls + "/caa.crt"),
            require_client_auth=True,
        )
        port = peer.add_secure_port("127.0.0.1:0", credentials)
    peer.start()
    print(port, flush=True)
    sys.stdin.read()  # until the test closes it
    peer.stop(None)


if __name__ == "__main__":
    {"client": client, "server": server}[sys.argv[1]](*sys.argv[2:])
