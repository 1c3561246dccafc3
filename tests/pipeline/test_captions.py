"""Live captions: the newest words for every reader, until the call is over."""

import asyncio

from audiocore.agreement import Caption
from pipeline.captions import Captioned, Captions


async def read(captions: Captions) -> list[Captioned]:
    return [newest async for newest in captions.follow()]


async def test_every_reader_is_told_what_is_new_and_only_that() -> None:
    captions = Captions()
    captions.put(1, Caption("old words", ""))
    assert not captions.followed
    readers = [asyncio.create_task(read(captions)) for _ in range(2)]
    await asyncio.sleep(0)
    assert captions.followed
    captions.put(2, Caption("", "i'd"))
    await asyncio.sleep(0)
    captions.put(2, Caption("i'd", "like"))
    await asyncio.sleep(0)
    captions.close()
    told = [Captioned(2, Caption("", "i'd")), Captioned(2, Caption("i'd", "like"))]
    assert await asyncio.gather(*readers) == [told, told]
    assert not captions.followed


async def test_a_reader_that_is_slow_misses_what_is_not_the_newest() -> None:
    captions = Captions()
    reader = asyncio.create_task(read(captions))
    await asyncio.sleep(0)
    for word in ("one", "two", "three"):
        captions.put(1, Caption(word, ""))
    captions.close()
    assert await reader == [Captioned(1, Caption("three", ""))]


async def test_a_reader_that_leaves_no_longer_follows() -> None:
    captions = Captions()
    following = captions.follow()
    waiting = asyncio.ensure_future(anext(following))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait([waiting])
    assert not captions.followed


async def test_a_call_that_is_over_has_no_captions() -> None:
    captions = Captions()
    captions.close()
    assert await read(captions) == []
