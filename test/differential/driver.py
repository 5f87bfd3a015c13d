"""Judges one bundle after the other with the verifier in Python, in one process: signatures are verified once each.

    python3 driver.py VERIFIER < paths of folders, one a line

Writes one line of JSON for each: the exit code that it would have, and the rules that are broken.
"""
import sys

sys.dont_write_bytecode = True

import importlib.util
import json

specification = importlib.util.spec_from_file_location("verifier", sys.argv[1])
verifier = importlib.util.module_from_spec(specification)
specification.loader.exec_module(verifier)
openssl = verifier.OpenSsl("/nowhere")
openssl.start()
try:
    for line in sys.stdin:
        outcomes = verifier.judge_all(line.rstrip("\n"), openssl, verifier.NOTHING_KNOWN)
        broken = [outcome.rule for outcome in outcomes if outcome.outcome == "broken"]
        print(json.dumps({"code": verifier.exit_code(outcomes), "broken": broken}), flush=True)
finally:
    openssl.stop()
