"""How long a search takes among so many articles: `python -m bench.knowledge [--articles 5000]`.

Articles are made of the shipped ones' sentences, so that words are as frequent as they are there.
"""

from __future__ import annotations

import argparse
import random
from statistics import median
from time import process_time

from hotline.settings import HOUSE
from knowledge.article import Article
from knowledge.folder import FOLDER, read_folder
from knowledge.index import Index

QUESTIONS = (
    *("狗咬了怎么办", "打疫苗发烧", "窗口期", "失眠", "预约不上", "狗", "疫苗", "hpv", "yygh", "72小时"),
    *("孩子发烧三天了要不要去医院", "聚餐以后好几个人拉肚子去哪里投诉", "我想问一下怀孕以后建册需要带什么材料"),
)


def articles(count: int) -> list[Article]:
    """So many articles of some 700 characters, the same ones each time."""
    filed, _ = read_folder(HOUSE / "config" / FOLDER)
    lines = [line for one in filed for line in one.article.text.splitlines() if line.strip()]
    words = [word for one in filed for word in one.article.keywords]
    chance = random.Random(12320)  # noqa: S311 - a measurement
    return [
        Article(
            title=f"{chance.choice(words)}{chance.choice(words)}（{nth}）",
            keywords=tuple(dict.fromkeys(chance.choices(words, k=6))),
            text="\n".join(chance.choices(lines, k=18)),
        )
        for nth in range(count)
    ]


def main() -> None:
    """Build, search, change; milliseconds of the processor."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--articles", type=int, default=5000)
    made = articles(parser.parse_args().articles)
    index, began = Index(), process_time()
    for nth, one in enumerate(made):
        index.put(f"a{nth}", one)
    built = process_time() - began
    print(f"{len(made)} articles, {sum(len(one.text) for one in made) // len(made)} characters each")
    print(f"build      {built * 1e3 / len(made):8.2f} ms an article, {built:.1f} s in all")
    slowest = 0.0
    for question in QUESTIONS:
        times = []
        for _ in range(21):
            began = process_time()
            index.search(question)
            times.append(process_time() - began)
        slowest = max(slowest, median(times))
        print(f"search     {median(times) * 1e3:8.2f} ms  {question}")
    began = process_time()
    for nth in range(20):
        index.put(f"a{nth}", made[-1 - nth])
    print(f"change     {(process_time() - began) * 1e3 / 20:8.2f} ms an article")
    print(f"slowest    {slowest * 1e3:8.2f} ms")


if __name__ == "__main__":
    main()
