# The least of a registry (OCI distribution spec, pull only) for the test beside it; runs in a berth. It has one image, by three names:
# small:1 comes, stuck:1 stops in the middle of its layer, late:1 is never answered.
import gzip, hashlib, http.server, io, json, os, sys, tarfile, time

def digest(data): return "sha256:" + hashlib.sha256(data).hexdigest()

packed = io.BytesIO()
with tarfile.open(fileobj=packed, mode="w") as tar:
    entry = tarfile.TarInfo("noise")
    entry.size = 3_000_000
    tar.addfile(entry, io.BytesIO(os.urandom(entry.size)))
layer = gzip.compress(packed.getvalue(), 1)
config = json.dumps({"architecture": sys.argv[1], "os": "linux", "config": {}, "rootfs": {"type": "layers", "diff_ids": [digest(packed.getvalue())]}}).encode()
KIND = "application/vnd.docker."
manifest = json.dumps({
    "schemaVersion": 2, "mediaType": KIND + "distribution.manifest.v2+json",
    "config": {"mediaType": KIND + "container.image.v1+json", "digest": digest(config), "size": len(config)},
    "layers": [{"mediaType": KIND + "image.rootfs.diff.tar.gzip", "digest": digest(layer), "size": len(layer)}],
}).encode()

class Registry(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if "/late/" in self.path: time.sleep(3600)
        if self.path == "/v2/": return self.answer(b"{}", "application/json")
        if "/manifests/" in self.path and "/none/" not in self.path: return self.answer(manifest, KIND + "distribution.manifest.v2+json")
        for blob in (config, layer):
            if self.path.endswith(digest(blob)): return self.answer(blob, "application/octet-stream")
        self.answer(b'{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}', "application/json", 404)
    do_HEAD = do_GET

    def answer(self, body, kind, status=200):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Docker-Content-Digest", digest(body))
        self.end_headers()
        if self.command == "HEAD": return
        if body is layer and "/stuck/" in self.path:
            self.wfile.write(body[: len(body) // 2])
            self.wfile.flush()
            time.sleep(3600)
        self.wfile.write(body)

    def log_message(self, *_): pass

server = http.server.ThreadingHTTPServer(("127.0.0.1", 5000), Registry)
print(digest(manifest), flush=True)
server.serve_forever()
