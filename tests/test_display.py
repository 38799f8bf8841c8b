"""Display: every line with number, domain, reason and evidence, in four formats; an appendix compiles."""

import re
import shutil
import subprocess
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
import sympy as sp

from theory import display
from theory.derivation import Claim, Evidence, Residual, Rule
from theory.parameter import COUNTING, NONNEGATIVE, POSITIVE, Parameter
from theory.residual import Undecided
from theory.rules import Assumption, Given

t = Parameter("t", "training time", NONNEGATIVE, unit="τ")
s = Parameter("s", "singular value of Σ³¹ & its mode", POSITIVE)
u0 = Parameter("u0", "initial mode strength", POSITIVE)
tau = Parameter("tau", r"time constant, $\tau = 1/\eta$", POSITIVE, latex=r"\tau")
L = Parameter("L", "number of layers", COUNTING)
u = sp.Function("u")


class Concludes(Rule):
    """The sides agree."""

    def __init__(self, *premises):
        self.premises = premises

    def residuals(self, claim):
        yield Residual(claim.lhs - claim.rhs, "equation", claim.domain)


class Shrugs(Rule):
    """Nobody knows."""

    def residuals(self, claim):
        raise Undecided("shrug", claim.lhs, "no procedure applies")
        yield


flow = Claim(
    tau * u(t).diff(t), 2 * u(t) * (s - u(t)), Given("gradient flow of one mode, 100 % balanced_mode")
)
identity = Claim((s + t) ** 2, s**2 + 2 * s * t + t**2, Concludes(flow), where=(u0 < s,))
wrong = Claim((s + t) ** 2, s**2 + t**2, Concludes(identity))
unknown = Claim(u(s), s, Shrugs())
assumed = Claim(u(s), s + 1, Assumption("self-averaging at large width"))
W, Q = sp.MatrixSymbol("W_1", 3, 3), sp.MatrixSymbol("Q", 3, 3)
matrix = Claim(W.T * (sp.Identity(3) + Q).inverse() * Q, Q * W, Given("a matrix claim"))
long_sum = Claim(u(s), sp.Add(*[sp.sin(k * s) / (s**2 + k) for k in range(1, 40)]), Given("a long sum"))
long_product = Claim(u(s), sp.Mul(*[s + sp.exp(k * s) for k in range(1, 30)]), Given("a long product"))
long_matrix = Claim(W, sp.MatMul(*[W + k * Q for k in range(1, 30)]), Given("a long matrix product"))
long_fraction = Claim(u(s), 1 / sp.Add(*[sp.sin(k * s + t) for k in range(1, 40)]), Given("a long fraction"))

EXPRESSIONS = {
    "derivative": tau * u(t).diff(t),
    "second derivative": u(t).diff(t, 2),
    "partial derivative": sp.Function("v")(t, s).diff(t, s),
    "integral": sp.Integral(sp.exp(-(s**2)), (s, -sp.oo, sp.oo)),
    "sum": sp.Sum(1 / t**2, (t, 1, sp.oo)),
    "piecewise": sp.Piecewise((s, t > 1), (0, True)),
    "hypergeometric": sp.hyper([1, 2 / L], [1 + 2 / L], s / u0),
    "Lambert": sp.LambertW(s) + sp.LambertW(-1 / s, -1),
    "polygamma": sp.polygamma(0, s) + sp.polygamma(1, s),
    "powers of functions": sp.tanh(s) ** 2 + sp.atanh(s) ** 2 + sp.log(s / u0) ** 2 + u(t) ** 2,
    "value at": sp.Subs(u(t).diff(t), t, 0),
    "matrix": sp.Matrix([[1, s], [t, 2]]),
    "matrix expression": matrix.lhs,
    "binomial": sp.binomial(L, 2) + sp.erf(s) + sp.gamma(s) + sp.sqrt(1 + s**2) + sp.Abs(s - t),
    "relation": (s > u0) & (t >= 1),
    "unequal": sp.Ne(s, u0),
}


@pytest.mark.parametrize(
    ("expression", "latex"),
    [
        (tau * u(t).diff(t), r"\tau \frac{d u(t)}{d t}"),
        (sp.tanh(s) ** 2, r"\tanh^{2}(s)"),
        (sp.log(s / u0), r"\ln\left(\frac{s}{u_{0}} \right)"),
        (sp.log(s) ** 2, r"\ln^{2}(s)"),
        (u(t).diff(t, 2), r"\frac{d^{2} u(t)}{d t^{2}}"),
        (sp.polygamma(0, s), r"\psi(s)"),
        (sp.polygamma(1, s) ** 2, r"\left[\psi^{(1)}(s)\right]^{2}"),
        (sp.hyper([1, 2], [3], s), r"{}_{2}F_{1}(1, 2; 3; s)"),
        (sp.LambertW(s), "W_{0}(s)"),
        (sp.Identity(3) + Q, "I + Q"),
        (u(s + 1 / t), r"u\left(s + \frac{1}{t} \right)"),
        (sp.Subs(u(t).diff(t), t, 0), r"\left. \frac{d u(t)}{d t} \right|_{t = 0}"),
    ],
)
def test_formulas_are_in_the_fields_notation(expression, latex):
    assert display.formula_latex(expression) == latex


@pytest.mark.parametrize("kind", EXPRESSIONS)
def test_every_kind_of_formula_becomes_mathml(kind):
    latex = display.formula_latex(EXPRESSIONS[kind])
    assert latex.count("{") == latex.count("}") and latex.count(r"\left") == latex.count(r"\right")
    tree = ElementTree.fromstring(display.formula_html(latex, display=True))
    assert tree.get("display") == "block"
    words = "".join(tree.itertext())
    assert "\\" not in words, f"{latex} left commands in {words}"


def test_a_formula_without_mathml_is_named():
    with pytest.raises(ValueError, match="no MathML for the formula"):
        display.formula_html(r"\left( s")
    with pytest.raises(ValueError, match=r"no MathML for \\nonsense"):
        display.formula_html(r"s + \nonsense{t}")


def test_lines_come_premises_first_with_numbers_and_evidence():
    lines = display.derivation_lines(wrong)
    assert [line.claim for line in lines] == [flow, identity, wrong]
    assert [line.number for line in lines] == [1, 2, 3]
    assert [line.reason for line in lines[1:]] == ["concludes (1)", "concludes (2)"]
    assert lines[1].evidence is Evidence.EXACT
    assert (lines[2].evidence, lines[2].verdict) == (None, "REFUTED")
    assert "refuted" in lines[2].message and " at " in lines[2].message


def test_premises_without_a_name_are_called_by_number():
    hidden = Claim(s, s, Given("nameless"))
    assert display.derivation_lines(Claim(t, t, Concludes(hidden)))[1].reason == "concludes from (1)"


def test_numbers_carry_on_and_nothing_is_listed_twice():
    numbers = {}
    display.derivation_lines(identity, numbers)
    assert [line.number for line in display.derivation_lines([identity, assumed], numbers)] == [3]


FORMATS = {
    "latex": display.derivation_latex,
    "markdown": display.derivation_markdown,
    "html": display.derivation_html,
    "text": display.derivation_text,
}


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_shows_number_reason_domain_and_evidence(form):
    shown = FORMATS[form](identity)
    exact = "exact" if form == "latex" else "EXACT"
    assert shown.count(exact) == 3  # two lines and the whole
    assert "concludes (1)" in shown and "gradient flow" in shown
    relation = {"html": "<mo>&#x0003C;</mo>", "text": "where u0 < s"}.get(form, "$u_{0} < s$")
    assert relation in shown


@pytest.mark.parametrize("form", FORMATS)
def test_what_does_not_stand_says_so(form):
    shown = FORMATS[form]([wrong, unknown, assumed])
    for word in ("refuted", "undecided", "no procedure applies", "self-averaging"):
        assert word in shown.lower()
    assert "Does not stand" in shown and "Stands" not in shown
    if form == "html":
        assert re.search(r'<b class="evidence" style="color:#c00000[^>]*>REFUTED', shown)


def test_the_whole_stands_as_its_weakest_line():
    assert "Stands: ASSUMED" in display.derivation_text([identity, assumed])
    assert "Stands: EXACT" in display.derivation_text(identity)


def test_plain_text_reads_like_code():
    assert display.claim_text(flow).splitlines()[0] == "tau*u'(t) = 2*(s - u(t))*u(t)"
    assert "where s > 0, t >= 0, u0 > 0, u0 < s" in display.claim_text(identity)


def test_notebook_hooks_of_a_claim():
    assert flow._repr_latex_().startswith(r"$\displaystyle \tau \frac{d u(t)}{d t} = ")
    assert flow._repr_markdown_() == display.claim_markdown(flow)
    assert flow._repr_html_() == display.claim_html(flow)


def test_markdown_formulas_and_tables_are_unharmed():
    markdown = display.derivation_markdown([identity, matrix])
    assert markdown.count("$$") == 2 * 3 and r"\tag{3}" in markdown
    assert r"balanced\_mode" in markdown
    rows = display.parameter_table_markdown([identity, L]).splitlines()
    assert all(row.count("|") == 5 for row in rows)
    assert r"$L \in \{1, 2, \ldots\}$" in rows[2]


class _Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.seen, self.open = set(), []

    def handle_starttag(self, tag, attributes):
        self.seen.add(tag)
        self.open.append(tag)
        assert not any(key in ("src", "href") or key.startswith("on") for key, _ in attributes)

    def handle_startendtag(self, tag, attributes):
        self.seen.add(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_html_is_self_contained_and_wide_formulas_scroll():
    page = display.derivation_html([wrong, unknown, matrix, long_sum]) + display.parameter_table_html([flow])
    tags = _Tags()
    tags.feed(page)
    assert tags.open == [] and "math" in tags.seen and not tags.seen & {"script", "link", "img", "style"}
    boxes = re.findall(r'<div class="formula" style="([^"]*)"', page)
    assert len(boxes) == page.count('display="block"') == 6
    assert all("overflow-x:auto" in box for box in boxes)


def test_html_escapes_words():
    claim = Claim(s, s, Given("a < b & c, $u_0 < s$"))
    assert "a &lt; b &amp; c, <math" in display.claim_html(claim)


def appendix() -> str:
    return display.appendix_latex(
        "Deep linear networks — modes",
        "A **theory** of `deep_linear`: *learning* at η → 0 with $\\tau = 1/η$.\n\n"
        "- 50 % of R&D_x {a} “quoted”\n- naïve 漢",
        [
            ("Balanced & exact", "# Heading\nProse with x^2 and #1.", [wrong, unknown, assumed]),
            ("Matrices", "$$W_1^T Q$$", matrix),
            ("Long", "", [long_sum, long_product, long_fraction, long_matrix, identity]),
            (
                "Everything else",
                "",
                [Claim(u(s), e, Given(k)) for k, e in EXPRESSIONS.items() if isinstance(e, sp.Expr)],
            ),
        ],
        [L],
        r"""@article{saxe, author = {A. M. Saxe and S. Ganguli}, title = {Exact {S}olutions & "more"},
            eprint={1312.6120}, year = 2013}
        @book{other, author = "É. Domin\'e", title = "A_b", publisher = {X {\"o} Y},
            doi = {10.1/a_b}, year = {2020},}""",
    )


def test_appendix_states_every_claim_once():
    document = appendix()
    numbers = re.findall(r"^\\claim\{(\d+)\}", document, flags=re.M)
    assert numbers == [str(i + 1) for i in range(len(numbers))]
    assert "(2) was derived above." in document
    assert r"\bibitem{saxe} A. M. Saxe, S. Ganguli, \emph{Exact Solutions \& " in document
    assert re.findall(r"\\usepackage(?:\[.*\])?\{(.*)\}", document) == [
        "inputenc",
        "amsmath,amssymb,graphicx",
    ]


def test_appendix_parses():
    latexwalker = pytest.importorskip(
        "pylatexenc.latexwalker", reason="pylatexenc parses LaTeX without a TeX"
    )
    walker = latexwalker.LatexWalker(appendix(), tolerant_parsing=False)
    nodes, _, _ = walker.get_latex_nodes()
    environments = [n for n in nodes if n.isNodeType(latexwalker.LatexEnvironmentNode)]
    assert [n.environmentname for n in environments] == ["document"]


def test_long_formulas_break_into_rows_that_hold_every_term():
    rows = display.formula_rows(long_sum)
    assert len(rows) > 5 and sum(row.count(r"\sin") for row in rows) == 39
    assert rows[0].startswith("u(s) = ") and all(row.startswith("{}+ ") for row in rows[1:])
    assert sum(row.count(r"\left(") for row in display.formula_rows(long_product)) == 29
    product = display.formula_rows(Claim(u(s), s - 2 * long_product.rhs, Given("a long product, taken away")))
    assert product[0].startswith(r"u(s) = s - 2 \cdot \left(") and product[1].startswith(r"{}\cdot")
    fraction = display.formula_rows(long_fraction)
    assert fraction[:2] == [
        r"u(s) = \mathcal{N} / \mathcal{D}, \quad\text{where}",
        r"\mathcal{N} = 1",
    ]
    negative = Claim(u(s), -(s**2) - t, Given("two terms"))
    assert display.formula_rows(negative) == ["u(s) = - s^{2} - t"]


@pytest.mark.skipif(not shutil.which("pdflatex"), reason="pdflatex is not installed")
def test_appendix_compiles_and_nothing_runs_off_the_page(tmp_path):
    (tmp_path / "appendix.tex").write_text(appendix(), encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "appendix.tex"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=120)
    log = (tmp_path / "appendix.log").read_text(errors="replace")
    assert ran.returncode == 0, log[-3000:]
    assert (tmp_path / "appendix.pdf").read_bytes().startswith(b"%PDF")
    # A point is a third of a millimetre: words may overhang by that much, formulas never do.
    overfull = [float(width) for width in re.findall(r"Overfull \\hbox \(([\d.]+)pt too wide\)", log)]
    assert all(width < 1 for width in overfull), log
