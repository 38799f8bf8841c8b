"""``theory list``: the theories of a package and what each holds."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from .options import Json, Package


def list_theories(
    *,
    package: Package = "derivations",
    as_json: Json = False,
    markdown: Annotated[bool, Parameter(negative="", help="Print the README's table.")] = False,
) -> bool:
    """List the theories. With --json every claim is checked and its evidence given."""
    from ..catalogue import theories
    from .terminal import print_json, print_table

    found = theories(package)
    if as_json:
        records = [_described(theory) for theory in found]
        print_json(records)
        return not any(r["error"] for r in records)
    if markdown:
        print(table_of_theories(found))
        return True
    rows = [_counted(theory) for theory in found]
    print_table(["theory", "title", "claims", "closed forms", "comparisons", "figures"], rows)
    return not any(theory.error for theory in found)


def table_of_theories(found) -> str:
    """The theories as a Markdown table, as the README shows it."""
    rows = ["| theory | what is solved | claims | closed forms | comparisons | figures |"]
    rows.append("|---|---|---|---|---|---|")
    for theory in found:
        name, *rest = _counted(theory)
        rows.append(f"| `{name}` | " + " | ".join(map(str, rest)) + " |")
    return "\n".join(rows)


def _counted(theory) -> tuple:
    if theory.error:
        return theory.name, theory.error, "", "", "", ""
    kinds = theory.claims, theory.closed_forms, theory.comparisons, theory.figures
    return theory.name, theory.title, *map(len, kinds)


def _described(theory) -> dict:
    from ..display import checked_line
    from ..stages import standing_of

    record = {"name": theory.name, "error": theory.error}
    if theory.error:
        return record
    claims = []
    for name, claim in theory.claims.items():
        evidence = checked_line(claim).verdict
        claims.append({"name": name, "evidence": evidence, "standing": standing_of(claim)})
    forms = [
        {"name": name, "arguments": [str(x) for x in form.arguments], "backends": list(form.backends())}
        for name, form in theory.closed_forms.items()
    ]
    return record | {
        "title": theory.title,
        "claims": claims,
        "closed_forms": forms,
        "comparisons": list(theory.comparisons),
        "figures": list(theory.figures),
    }
