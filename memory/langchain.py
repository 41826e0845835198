"""Memory as LangChain knows it: a retriever and an example selector. Imported only by those who use LangChain."""

import asyncio
from collections.abc import Callable
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForRetrieverRun, CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.example_selectors.base import BaseExampleSelector
from langchain_core.retrievers import BaseRetriever

from memory.item import Recalled
from memory.query import Recall

RecallFn = Callable[[str], Recall]
AddFn = Callable[[dict[str, str]], Any]


def document(recalled: Recalled) -> Document:
    """A recalled item as a document; metadata has item_id, similarity, and reward (None while unrated)."""
    item = recalled.item
    facts = {"item_id": item.item_id, "similarity": recalled.similarity, "reward": item.reward, "task": item.task}
    return Document(page_content=item.text, id=item.item_id, metadata=facts)


class RecallRetriever(BaseRetriever):
    """What memory recalls for a text, as documents, best first."""

    recall_fn: RecallFn

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        return [document(each) for each in self.recall_fn(query).liked]

    async def _aget_relevant_documents(
        self, query: str, *, run_manager: AsyncCallbackManagerForRetrieverRun
    ) -> list[Document]:
        recall = await asyncio.to_thread(self.recall_fn, query)
        return [document(each) for each in recall.liked]


class RecallExampleSelector(BaseExampleSelector):
    """Examples for a few-shot prompt: {"prompt", "text", "item_id"} of what memory recalls.

    `key` names the input variable that is asked with. `add_fn` takes an example into memory; without it, add_example
    raises ValueError, for only the ledger takes texts in.
    """

    def __init__(self, recall_fn: RecallFn, *, key: str = "prompt", add_fn: AddFn | None = None) -> None:
        self._recall_fn = recall_fn
        self._key = key
        self._add_fn = add_fn

    def add_example(self, example: dict[str, str]) -> Any:
        """Take an example into memory."""
        if self._add_fn is None:
            raise ValueError("this selector only reads; give it an add_fn, or import the text into the ledger")
        return self._add_fn(example)

    def select_examples(self, input_variables: dict[str, str]) -> list[dict[str, Any]]:
        """What memory recalls for the input variable."""
        if self._key not in input_variables:
            raise ValueError(f"the example selector asks with '{self._key}', which is not among the input variables")
        liked = self._recall_fn(input_variables[self._key]).liked
        return [{"prompt": each.item.prompt, "text": each.item.text, "item_id": each.item.item_id} for each in liked]
