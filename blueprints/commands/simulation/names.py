"""Names of many cultures, to make people of. Data, and how a name is spelled in ASCII.

A name in letters other than Latin carries its Latin spelling after a bar, since
userNames are spelled in ASCII. Not a register of real people.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Culture:
    """Given and family names that go together, and where they are at home."""

    locale: str
    given: tuple[str, ...]
    family: tuple[str, ...]
    is_family_first: bool


def _culture(
    locale: str, given: str, family: str, *, is_family_first: bool = False
) -> Culture:
    return Culture(locale, _names(given), _names(family), is_family_first)


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(","))


CULTURES: Final = (
    _culture(
        "pt-BR",
        "Ana, Beatriz, João, Luísa, Mateus, Rafaela, Thiago, Júlia",
        "Silva, Souza, Araújo, Gonçalves, Carvalho, Magalhães, Nogueira, da Rocha",
    ),
    _culture(
        "en-US",
        "Grace, Marcus, Olivia, Tyrone, Hannah, Caleb, Jasmine, Walter",
        "Bennett, Coleman, Hayes, Whitfield, Brooks, Lawson, Prescott, Washington",
    ),
    _culture(
        "ja-JP",
        "Aiko, Haruto, Yuki, Kenji, Sakura, Ren, Naoko, Takumi",
        "Tanaka, Kobayashi, Watanabe, Inoue, Shimizu, Mori, Ōta, Fujimoto",
    ),
    _culture(
        "sv-SE",
        "Jonas, Åsa, Björn, Elin, Gustav, Ingrid, Sigrid, Oskar",
        "Lindqvist, Åkesson, Bergström, Ekman, Sjöberg, Nyström, Wallin, Öberg",
    ),
    _culture(
        "hi-IN",
        "Priya, Arjun, Kavya, Rohan, Ananya, Vikram, Meera, Sanjay",
        "Sharma, Iyer, Deshpande, Kapoor, Banerjee, Reddy, Chatterjee, Nair",
    ),
    _culture(
        "es-MX",
        "Lucía, José, Ximena, Andrés, Sofía, Íñigo, Valentina, Raúl",
        "García Márquez, Hernández, Núñez, Ibáñez, Castañeda, Ríos, Peña, Zúñiga",
    ),
    _culture(
        "pl-PL",
        "Łukasz, Małgorzata, Paweł, Żaneta, Michał, Agnieszka, Wojciech, Zofia",
        "Wójcik, Kowalczyk, Dąbrowska, Łęcki, Śliwa, Żuraw, Jabłoński, Gołąb",
    ),
    _culture(
        "yo-NG",
        "Adébáyò, Fọláṣadé, Túndé, Ọláìtán, Yéwándé, Kọ́lá, Ṣọlá, Bísí",
        "Adéyẹmí, Ògúnlèyẹ, Balógun, Akínwálé, Ṣóyínká, Ọ̀ṣúndáre, Adéwálé, Fálànà",
    ),
    _culture(
        "vi-VN",
        "Thị Hương, Văn Minh, Quỳnh, Đức, Ngọc Anh, Tuấn, Phương, Hữu Phước",
        "Nguyễn, Trần, Lê, Phạm, Đặng, Vũ, Bùi, Đỗ",
        is_family_first=True,
    ),
    _culture(
        "de-DE",
        "Jürgen, Käthe, Florian, Heike, Matthias, Annegret, Sören, Ursula",
        "Müller, Schäfer, Weiß, von der Heide, Großmann, Krüger, Vogel, Schröder",
    ),
    _culture(
        "zh-CN",
        "Mei, Jun, Xiaoling, Wei, Lanying, Haoran, Yifei, Zhen",
        "Chen, Wang, Liu, Zhao, Huang, Lü, Xu, Sun",
        is_family_first=True,
    ),
    _culture(
        "fr-FR",
        "Élodie, Jean-Luc, Chloé, François, Gaëlle, Noémie, Hervé, Zoé",
        "Lefèvre, Moreau, d'Aubigné, Bélanger, Garçon, Chevalier, Benoît, Rousseau",
    ),
    _culture(
        "en-IE",
        "Siobhán, Ciarán, Niamh, Pádraig, Aoife, Oisín, Róisín, Declan",
        "O'Connor, Ó Súilleabháin, Byrne, Gallagher, O'Neill, Doyle, Ní Bhriain, Walsh",
    ),
    _culture(
        "tr-TR",
        "Ayşe, Çağlar, Emre, Gülşen, İbrahim, Şebnem, Tuğba, Ömer",
        "Yılmaz, Kaya, Öztürk, Çelik, Şahin, Işık, Güneş, Doğan",
    ),
    _culture(
        "ar-EG",
        "ليلى|Layla, يوسف|Youssef, مريم|Mariam, خالد|Khaled, نور|Nour, طارق|Tarek",
        "حداد|Haddad, منصور|Mansour, السيد|El-Sayed, فارس|Fares, نجار|Naggar",
    ),
    _culture(
        "ko-KR",
        "민준|Minjun, 서연|Seoyeon, 지훈|Jihoon, 하은|Haeun, 도윤|Doyun, 수빈|Subin",
        "김|Kim, 박|Park, 최|Choi, 정|Jung, 강|Kang, 윤|Yoon",
        is_family_first=True,
    ),
    _culture(
        "uk-UA",
        "Оксана|Oksana, Тарас|Taras, Дарина|Daryna, Богдан|Bohdan, Леся|Lesia",
        "Шевчук|Shevchuk, Коваль|Koval, Бондар|Bondar, Мельник|Melnyk, Гнатюк|Hnatiuk",
    ),
    _culture(
        "nl-NL",
        "Saskia, Joost, Fenna, Maarten, Noor, Thijs, Wietske, Ruben",
        "van den Berg, de Vries, Jansen, Bakker, IJsseldijk, van Dijk, Smit, 't Hooft",
    ),
    _culture(
        "am-ET",
        "Selam, Dawit, Hirut, Abebe, Mekdes, Yonas, Tigist, Bereket",
        "Tesfaye, Haile, Gebremariam, Alemu, Worku, Mengistu, Desta, Assefa",
    ),
    _culture(
        "id-ID",
        "Dewi, Budi, Putri, Agung, Sri Wahyuni, Bayu, Ratna, Eko",
        "Santoso, Wijaya, Kusuma, Hidayat, Permata, Nugroho, Lestari, Siregar",
    ),
    _culture(
        "cs-CZ",
        "Jiří, Zdeňka, Tomáš, Kateřina, Ondřej, Šárka, Václav, Božena",
        "Dvořák, Růžička, Němec, Šimek, Čermák, Říha, Žák, Kučera",
    ),
    _culture(
        "mi-NZ",
        "Aroha, Wiremu, Māia, Tāne, Kiri, Hēmi, Ngaire, Rangi",
        "Parata, Ngata, Tūhoe, Waititi, Hēnare, Māhina, Pōmare, Rāwiri",
    ),
)

_ASCII_OF: Final = str.maketrans(
    {
        **{"ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ø": "o", "Ø": "O"},
        **{"ß": "ss", "ı": "i", "æ": "ae", "Æ": "AE"},
    }
)


def shown(name: str) -> str:
    """A name as its bearer writes it."""
    return name.partition("|")[0]


def spelled(name: str) -> str:
    """A name as a part of a userName: small letters a to z and nothing else."""
    own, _, latin = name.partition("|")
    bare = unicodedata.normalize("NFKD", (latin or own).translate(_ASCII_OF))
    return re.sub("[^a-z]", "", bare.lower())
