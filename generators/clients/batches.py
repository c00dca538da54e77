"""The Message Batches API: many requests at once, half the price, answers within a day."""

from collections.abc import Iterator

import anthropic

from generators.clients.messages_api import MessagesClient, failure_of, reply_of
from generators.exchange import CallFailed, Reply, Request


class Batches:
    """Sends and collects batches with a MessagesClient's credentials and parameters."""

    def __init__(self, client: MessagesClient):
        self.client, self.api = client, client.sdk.messages.batches

    def submit(self, requests: dict[str, Request]) -> str:
        """Send requests by their custom ids; returns the batch's id. Raises CallFailed, Unusable."""
        wanted = [{"custom_id": name, "params": self.client.parameters(one)} for name, one in requests.items()]
        try:
            return self.api.create(requests=wanted).id  # type: ignore[arg-type]
        except (anthropic.AnthropicError, TypeError) as error:
            raise failure_of(error, None) from None

    def find(self, since: float, count: int, custom_id: str) -> str | None:
        """The id of the batch of `count` requests made after a time (seconds since 1970) that holds this custom id.

        For a process that was killed between sending a batch and noting its id. What a batch in progress holds cannot
        be seen: raises CallFailed with `again` as long as there is one of the same size.
        """
        try:
            for batch in self.api.list():
                if batch.created_at.timestamp() < since - 60:  # the server's clock is another one
                    return None
                if sum(batch.request_counts.model_dump().values()) != count:
                    continue
                if batch.processing_status != "ended":
                    raise CallFailed(f"{batch.id} is still in progress, and may be the one that was sent", True)
                if any(result.custom_id == custom_id for result in self.api.results(batch.id)):
                    return batch.id
        except anthropic.AnthropicError as error:
            raise failure_of(error, None) from None
        return None

    def has_ended(self, batch: str) -> bool:
        """Whether all answers are there. Raises CallFailed, Unusable."""
        try:
            return self.api.retrieve(batch).processing_status == "ended"
        except anthropic.AnthropicError as error:
            raise failure_of(error, None) from None

    def results(self, batch: str) -> Iterator[tuple[str, Reply | CallFailed]]:
        """(custom id, answer or why there is none) of every request. Raises CallFailed, Unusable."""
        try:
            for one in self.api.results(batch):
                if one.result.type == "succeeded":
                    yield one.custom_id, reply_of(one.result.message, 0.0)
                elif one.result.type == "errored":
                    error = one.result.error.error
                    yield one.custom_id, CallFailed(f"{error.type}: {error.message}")
                else:
                    yield one.custom_id, CallFailed(f"the request was {one.result.type}")
        except anthropic.AnthropicError as error:
            raise failure_of(error, None) from None
