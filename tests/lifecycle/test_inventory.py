"""One listing for all, kept true by what an operation itself writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from pulumi_assistai import AssistAIError, EmptyListingError, IncompleteListingError
from pulumi_assistai.client import ListedAgent, Listing
from pulumi_assistai.lifecycle.inventory import Inventory
from pulumi_assistai.lifecycle.session import Session

VENTAS, SOPORTE, COBROS = (ListedAgent(code=name[0], name=name) for name in ("Ventas", "Soporte", "Cobros"))


class Api:
    """Answers with each listing once, and with the last one for ever."""

    def __init__(self, *listings: Listing[ListedAgent] | Exception) -> None:
        self.calls = 0
        self._listings = list(listings)

    def __call__(self) -> Listing[ListedAgent]:
        self.calls += 1
        listing = self._listings.pop(0) if len(self._listings) > 1 else self._listings[0]
        if isinstance(listing, Exception):
            raise listing
        return listing


def listing(*agents: ListedAgent, complete: bool = True) -> Listing[ListedAgent]:
    return Listing(list(agents), complete)


def names(agents: Mapping[str, ListedAgent]) -> dict[str, str]:
    return {code: agent.name for code, agent in agents.items()}


def test_nothing_is_listed_until_somebody_asks() -> None:
    api = Api(listing())
    inventory = Inventory(api)
    assert (inventory.complete, inventory.doubt) == (False, "")
    assert api.calls == 0


def test_names_without_letters_are_not_similar() -> None:
    inventory = Inventory(Api(listing(ListedAgent(code="A-1", name="!!!"))))
    assert inventory.similar("???") == []


def test_one_listing_answers_every_question() -> None:
    api = Api(listing(VENTAS, SOPORTE))
    inventory = Inventory(api)
    assert list(inventory.agents().values()) == [VENTAS, SOPORTE]
    assert inventory.find("V") is VENTAS
    assert inventory.find("X") is None
    assert inventory.named("Soporte") == [SOPORTE]
    assert inventory.named("soporte") == []
    assert inventory.listed() == {"V", "S"}
    assert api.calls == 1


@pytest.mark.parametrize("ask", [lambda it: it.named("Ventas"), lambda it: it.listed(), lambda it: it.find("V")])
def test_whoever_asks_first_lists(ask: Callable[[Inventory], object]) -> None:
    api = Api(listing(VENTAS))
    assert ask(Inventory(api))
    assert api.calls == 1


def test_an_organization_without_agents_is_listed_once() -> None:
    api = Api(listing())
    inventory = Inventory(api)
    assert inventory.agents() == inventory.agents() == {}
    assert api.calls == 1


def test_threads_that_ask_at_a_time_wait_for_one_listing() -> None:
    api = Api(listing(VENTAS))
    inventory, together = Inventory(api), Barrier(8)

    def ask(_: int) -> ListedAgent | None:
        together.wait(timeout=5)
        return inventory.find("V")

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, range(8))) == [VENTAS] * 8
    assert api.calls == 1


def test_all_agents_of_a_name_are_returned() -> None:
    twin = ListedAgent(code="T", name="Ventas")
    assert Inventory(Api(listing(VENTAS, SOPORTE, twin))).named("Ventas") == [VENTAS, twin]


def test_a_listing_that_failed_is_not_tried_again() -> None:
    failure = AssistAIError("no")
    api = Api(failure, listing(VENTAS))
    inventory = Inventory(api)
    for _ in range(2):
        with pytest.raises(AssistAIError) as caught:
            inventory.agents()
        assert caught.value is failure
    assert api.calls == 1


@pytest.mark.parametrize("complete", [True, False])
def test_it_knows_whether_the_count_of_the_api_agrees(complete: bool) -> None:  # noqa: FBT001
    inventory = Inventory(Api(listing(VENTAS, complete=complete)))
    assert not inventory.complete
    inventory.agents()
    assert inventory.complete is complete


def test_a_second_listing_finds_what_the_first_left_out() -> None:
    api = Api(listing(VENTAS), listing(VENTAS, SOPORTE))
    inventory = Inventory(api)
    assert inventory.find("S") is None
    assert inventory.find_again("S") is SOPORTE
    assert inventory.find("S") is SOPORTE
    assert api.calls == 2


def test_the_second_listing_is_one_for_all() -> None:
    api = Api(listing(VENTAS, SOPORTE), listing(SOPORTE), listing(COBROS))
    inventory = Inventory(api)
    inventory.agents()
    assert inventory.find_again("V") is None
    assert inventory.find_again("S") is SOPORTE
    assert inventory.find_again("C") is None
    assert api.calls == 2


def test_what_a_listing_that_is_not_whole_leaves_out_is_not_gone() -> None:
    inventory = Inventory(Api(listing(VENTAS, complete=False)))
    assert inventory.find_again("V") is VENTAS
    with pytest.raises(IncompleteListingError) as caught:
        inventory.find_again("S")
    assert str(caught.value) == (
        "agent S is not listed, but the API counts more items than its pages have: "
        "nothing was removed from the state, try again"
    )


def test_an_empty_listing_proves_nothing() -> None:
    inventory = Inventory(Api(listing(VENTAS), listing(), listing(SOPORTE)))
    inventory.agents()
    with pytest.raises(EmptyListingError, match=r"^agent S is not listed, and no other agent is: "):
        inventory.find_again("S")


def test_some_agent_is_required_and_listed_once_for_it() -> None:
    api = Api(listing(), listing(VENTAS))
    inventory = Inventory(api)
    for _ in range(2):
        with pytest.raises(EmptyListingError):
            inventory.require_some("S")
    assert api.calls == 1
    inventory.read_again()
    inventory.require_some("S")


def test_it_knows_why_a_listing_is_not_complete() -> None:
    inventory = Inventory(Api(Listing([], complete=False, doubt="why"), listing(VENTAS)))
    assert inventory.doubt == ""
    inventory.agents()
    assert inventory.doubt == "why"
    inventory.read_again()
    assert inventory.doubt == ""


def test_a_second_listing_that_fails_is_tried_again() -> None:
    api = Api(listing(VENTAS), AssistAIError("no"), listing(VENTAS))
    inventory = Inventory(api)
    inventory.agents()
    with pytest.raises(AssistAIError, match=r"^no$"):
        inventory.find_again("S")
    assert inventory.find_again("S") is None
    assert api.calls == 3


def test_reading_again_lists_each_time_and_for_all() -> None:
    api = Api(listing(VENTAS), listing(VENTAS, SOPORTE), listing(COBROS))
    inventory = Inventory(api)
    inventory.agents()
    assert inventory.read_again() == [VENTAS, SOPORTE]
    assert inventory.read_again() == [COBROS]
    assert names(inventory.agents()) == {"C": "Cobros"}
    assert inventory.named("Ventas") == []
    assert inventory.listed() == {"C"}
    assert api.calls == 3


def test_a_created_agent_is_among_the_others_but_was_not_listed() -> None:
    inventory = Inventory(Api(listing(VENTAS)))
    inventory.agents()
    inventory.enter(SOPORTE)
    assert inventory.find("S") is SOPORTE
    assert inventory.named("Soporte") == [SOPORTE]
    assert inventory.listed() == {"V"}


def test_a_created_agent_stays_where_a_later_listing_does_not_have_it_yet() -> None:
    inventory = Inventory(Api(listing(VENTAS)))
    inventory.agents()
    inventory.enter(SOPORTE)
    assert inventory.read_again() == [SOPORTE, VENTAS]
    assert inventory.find_again("S") is SOPORTE
    assert inventory.listed() == {"V"}


def test_an_agent_that_others_removed_does_not_stay() -> None:
    inventory = Inventory(Api(listing(VENTAS, SOPORTE), listing(SOPORTE)))
    inventory.agents()
    assert inventory.read_again() == [SOPORTE]


def test_what_the_listing_says_of_a_created_agent_is_what_counts() -> None:
    renamed = ListedAgent(code="S", name="Servicio", model="m")
    inventory = Inventory(Api(listing(VENTAS), listing(VENTAS, renamed)))
    inventory.agents()
    inventory.enter(SOPORTE)
    inventory.read_again()
    assert inventory.find("S") is renamed
    assert inventory.named("Soporte") == []
    assert inventory.named("Servicio") == [renamed]


def test_it_remembers_what_this_operation_created() -> None:
    inventory = Inventory(Api(listing(VENTAS)))
    inventory.enter(SOPORTE)
    assert inventory.made("S")
    assert not inventory.made("V")


def test_an_agent_that_was_created_before_any_listing_is_listed_when_somebody_asks() -> None:
    api = Api(listing(VENTAS, SOPORTE))
    inventory = Inventory(api)
    inventory.enter(SOPORTE)
    assert api.calls == 0
    assert names(inventory.agents()) == {"V": "Ventas", "S": "Soporte"}


def test_a_change_is_seen_in_name_and_description() -> None:
    inventory = Inventory(Api(listing(VENTAS, SOPORTE)))
    inventory.agents()
    inventory.change("V", {"name": "Ventas 2", "description": "Vende", "tone": "serio"})
    changed = ListedAgent(code="V", name="Ventas 2", description="Vende")
    assert inventory.find("V") == changed
    assert inventory.named("Ventas") == []
    assert inventory.named("Ventas 2") == [changed]
    assert inventory.find("S") is SOPORTE


def test_a_change_of_one_field_leaves_the_others() -> None:
    inventory = Inventory(Api(listing(ListedAgent(code="V", name="Ventas", description="Vende", model="m"))))
    inventory.agents()
    inventory.change("V", {"description": "Vende más"})
    assert inventory.find("V") == ListedAgent(code="V", name="Ventas", description="Vende más", model="m")


def test_a_change_of_an_agent_that_nobody_listed_lists_nothing() -> None:
    api = Api(listing(VENTAS))
    inventory = Inventory(api)
    inventory.change("V", {"name": "Otro"})
    assert api.calls == 0
    assert names(inventory.agents()) == {"V": "Ventas"}
    inventory.change("X", {"name": "Otro"})
    assert names(inventory.agents()) == {"V": "Ventas"}


def test_an_agent_that_was_looked_up_by_its_name_is_found_by_its_new_one_alone(session: Session, api: Api) -> None:
    code = api.create("Ventas")
    assert [agent.code for agent in session.inventory.named("Ventas")] == [code]
    session.inventory.change(code, {"name": "Soporte"})
    assert session.inventory.named("Ventas") == []
    assert [agent.code for agent in session.inventory.named("Soporte")] == [code]
