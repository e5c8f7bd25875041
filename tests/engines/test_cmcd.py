"""What we say of our requests (CMCD), read by the validator of the Common Media Library."""

import json
import subprocess
from pathlib import Path

import pytest

from matinee.wire.cmcd import Cmcd, Version, headers, with_query
from tests.engines.conftest import missing

pytestmark = pytest.mark.engines

VALIDATOR = Path(__file__).parents[2] / ".tools" / "npm" / "node_modules" / "@svta" / "cml-cmcd" / "dist" / "index.js"
SEGMENT = Cmcd(
    bl=11_960, br=2_350, bs=True, d=4_000, dl=8_010, mtp=8_249, ot="v", pr_permille=1_250, rtp=9_000, sf="d",
    sid="a1", sn=7, st="v", sta="p", su=True, tb=6_000, ltc=2_040,
)  # fmt: skip


@pytest.mark.parametrize("version", [1, 2])
def test_another_reader_of_the_standard_finds_it_valid(version: Version, tmp_path: Path) -> None:
    if not VALIDATOR.exists():
        missing("the validator is not installed: npm install --prefix .tools/npm @svta/cml-cmcd")
    cases = [SEGMENT, Cmcd(sid='a"b\\c', ot="m", sf="h"), Cmcd(ot="i", su=True), Cmcd(ot="a", br=96, d=4_000, bl=0)]
    told = [
        {"url": with_query("http://a.test/seg", it, version=version), "headers": headers(it, version=version)}
        for it in cases
    ]
    script = tmp_path / "validate.mjs"
    script.write_text(f"""
import {{ validateCmcdRequest }} from {json.dumps(str(VALIDATOR))};
const told = {json.dumps(told)};
const results = told.flatMap(({{ url, headers }}) => [
  validateCmcdRequest({{ url, method: 'GET', headers: {{}} }}, {{ version: {version} }}),
  validateCmcdRequest({{ url: 'http://a.test/seg', method: 'GET', headers }}, {{ version: {version} }}),
]);
console.log(JSON.stringify(results));
""")
    ran = subprocess.run(["node", str(script)], capture_output=True, timeout=60, check=True)
    results = json.loads(ran.stdout)
    assert len(results) == 2 * len(cases)
    assert [result["issues"] for result in results] == [[]] * len(results)
