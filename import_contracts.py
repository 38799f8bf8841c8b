"""Import contract: a simulation starts from the model's equations, and a result knows no simulation."""

from importlinter import Contract, ContractCheck, fields, output


class OwnEquations(Contract):
    """In each theory of ``package``: the simulation imports no theory's modules but those it may start
    from and other simulations, and no module but those that compare or draw imports the simulation."""

    package = fields.StringField()
    may_be_simulated_from = fields.ListField(subfield=fields.StringField())
    may_import_simulation = fields.ListField(subfield=fields.StringField())

    def check(self, graph, verbose):
        broken = []
        for theory in sorted(graph.find_children(self.package)):
            modules = {
                m: m.removeprefix(f"{theory}.").partition(".")[0] for m in graph.find_descendants(theory)
            }
            simulation = {m for m, first in modules.items() if first == "simulation"}
            for importer, first in sorted(modules.items()):
                for imported in sorted(graph.find_modules_directly_imported_by(importer)):
                    if self._forbidden(importer in simulation, first, imported, modules, simulation, theory):
                        broken.append(f"{importer} imports {imported}")
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def _forbidden(self, simulates, first, imported, modules, simulation, theory) -> bool:
        if simulates:
            allowed = {"simulation", *self.may_be_simulated_from}
            other = imported == theory or modules.get(imported, "simulation") not in allowed
            return other or self._result_of_another(imported, theory)
        return imported in simulation and first not in self.may_import_simulation

    def _result_of_another(self, imported, theory) -> bool:
        """Whether this is a module of another theory that a simulation may not start from."""
        package, _, rest = imported.partition(".")
        if package != self.package or imported == theory or imported.startswith(f"{theory}."):
            return False
        return rest.partition(".")[2].partition(".")[0] not in {"simulation", *self.may_be_simulated_from}

    def render_broken_contract(self, check):
        for line in check.metadata["broken"]:
            output.print_error(line)
