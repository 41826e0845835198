"""Memory through LangChain's own doors."""

import asyncio

import pytest
from langchain_core.prompts import FewShotPromptTemplate, PromptTemplate

from memory.item import Item, Recalled
from memory.langchain import RecallExampleSelector, RecallRetriever
from memory.query import Recall


def remember(text):
    items = [
        Item(item_id="a", text=f"about {text}", task="t", prompt="asked", reward=0.75),
        Item(item_id="b", text="unrated", task="t", human=True),
    ]
    return Recall(tuple(Recalled(item=item, similarity=0.5) for item in items), (), "best")


def test_the_retriever_answers_invoke_and_ainvoke_alike():
    retriever = RecallRetriever(recall_fn=remember)
    found = retriever.invoke("cats")
    assert [each.page_content for each in found] == ["about cats", "unrated"]
    assert found[0].metadata == {"item_id": "a", "similarity": 0.5, "reward": 0.75, "task": "t"}
    assert found[1].metadata["reward"] is None
    assert asyncio.run(retriever.ainvoke("cats")) == found
    chain = retriever | (lambda documents: [each.id for each in documents])
    assert chain.invoke("dogs") == ["a", "b"]


def test_the_retriever_passes_errors_on():
    def broken(text):
        raise ValueError("no memory today")

    with pytest.raises(ValueError, match="no memory today"):
        RecallRetriever(recall_fn=broken).invoke("x")


def test_the_example_selector_fills_a_few_shot_prompt():
    prompt = FewShotPromptTemplate(
        example_selector=RecallExampleSelector(remember, key="topic"),
        example_prompt=PromptTemplate.from_template("{prompt} -> {text}"),
        suffix="Now {topic}",
        input_variables=["topic"],
    )
    text = prompt.format(topic="rain")
    assert text.split("\n\n") == ["asked -> about rain", " -> unrated", "Now rain"]
    assert asyncio.run(prompt.aformat(topic="rain")) == text


def test_the_example_selector_takes_examples_where_it_may():
    taken = []
    selector = RecallExampleSelector(remember, add_fn=taken.append)
    selector.add_example({"text": "new"})
    assert taken == [{"text": "new"}]
    with pytest.raises(ValueError, match="only reads"):
        RecallExampleSelector(remember).add_example({"text": "new"})
    with pytest.raises(ValueError, match="'prompt'"):
        RecallExampleSelector(remember).select_examples({"topic": "x"})
