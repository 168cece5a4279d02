"""People who never were, of many scripts; and names made up to break a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Employee:
    """Somebody with an account, a department and a title."""

    given: str
    family: str
    account: str
    department: str
    title: str

    @property
    def name(self) -> str:
        """As people say it."""
        return f"{self.given} {self.family}"


_ROWS: Final = """
Tomasz|Wójcik|tomasz.wojcik|Engineering|Site reliability engineer
Aiko|Tanaka|aiko.tanaka|Product|Product manager
Jonas|Lindqvist|jonas.lindqvist|Sales|Account executive
Chidinma|Okafor|chidinma.okafor|Finance|Controller
Rafael|Moreno de la Fuente|rafael.moreno|Customer Success|Team lead
Priya|Raman|priya.raman|Engineering|Staff engineer
Ewa|Nowak|ewa.nowak|People|HR partner
Liam|O’Connor|liam.oconnor|Contractors|Auditor
Fatima Zahra|Benali|fatima.benali|Legal|Counsel
Sanjay|Rao|sanjay.rao|Engineering|Engineer
Mei Lin|Chen|meilin.chen|Design|Designer
Sander|Vos|sander.vos|Operations|Planner
Maria|Santos|maria.santos|Sales|Account executive
Abena|Mensah|abena.mensah|Operations|Dispatcher
Adrian|Popescu|adrian.popescu|Engineering|Engineer
Agnes|Bergström|agnes.bergstrom|Finance|Accountant
Alejandro|Ruiz|alejandro.ruiz|Sales|Sales engineer
محمد|العلي|mohammed.alali|Engineering|Engineer
שירה|לוי|shira.levi|Design|Researcher
山田|太郎|taro.yamada|Product|Product manager
김|서연|seoyeon.kim|Engineering|Engineer
Đặng|Thị Hương|huong.dang|People|Recruiter
Όλγα|Παπαδοπούλου|olga.papadopoulou|Legal|Paralegal
Володимир|Шевченко|volodymyr.shevchenko|Engineering|Engineer
सुनीता|शर्मा|sunita.sharma|Finance|Analyst
สมชาย|ใจดี|somchai.jaidee|Operations|Planner
Zoë|van der Meer-Castellanos|zoe.vandermeer|Customer Success|Specialist
Björn|Ásgeirsson|bjorn.asgeirsson|Engineering|Engineer
Ngozi|Adichie|ngozi.adichie|Marketing|Writer
Lucía|Hernández|lucia.hernandez|Marketing|Designer
François|Lefèvre|francois.lefevre|Legal|Counsel
Katarzyna|Wiśniewska|katarzyna.wisniewska|Finance|Accountant
Dmitri|Volkov|dmitri.volkov|Contractors|Consultant
Amara|Diallo|amara.diallo|People|HR partner
Hiroshi|Sato|hiroshi.sato|Engineering|Engineer
Grace|Mbeki|grace.mbeki|Customer Success|Specialist
Oliver|Smith|oliver.smith|Sales|Account executive
Sofia|Rossi|sofia.rossi|Marketing|Manager
Lars|Nielsen|lars.nielsen|Operations|Manager
Yusuf|Demir|yusuf.demir|Engineering|Engineer
Hannah|Weiß|hannah.weiss|Product|Analyst
Mateo|García|mateo.garcia|Sales|Account executive
Anjali|Desai|anjali.desai|Design|Designer
Petra|Nováková|petra.novakova|Finance|Controller
Kwame|Boateng|kwame.boateng|Engineering|Engineer
Ingrid|Haugen|ingrid.haugen|Legal|Paralegal
Tiago|Ferreira|tiago.ferreira|Operations|Planner
Leila|Karimi|leila.karimi|Product|Researcher
Emma|Johansson|emma.johansson|People|Recruiter
Viktor|Horváth|viktor.horvath|Engineering|Engineer
Aroha|Ngata|aroha.ngata|Customer Success|Specialist
Jean-Baptiste|N’Guessan|jb.nguessan|Sales|Sales engineer
Beatriz|Almeida|beatriz.almeida|Marketing|Writer
Santiago|Vargas|santiago.vargas|Engineering|Engineer
Elif|Yılmaz|elif.yilmaz|Finance|Analyst
Sandra|Kovács|sandra.kovacs|People|HR partner
"""

EMPLOYEES: Final = [Employee(*row.split("|")) for row in _ROWS.strip().splitlines()]

HOSTILE_NAMES: Final = [
    "Maximiliana-Wilhelmina " + "von und zu Donaudampfschifffahrtsgesellschaft" * 4,
    "W" * 200,
    "<script>alert(document.cookie)</script>",
    "\u202egnp.exe\u202c محمد",
    "Zoe\u200b\u200bHidden",
    "👩🏽\u200d🚀 Ada 🏳️\u200d🌈 Astronaut",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }} ${7*7}",
    "Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d\u034f\u0334\u0319a\u0363\u0313l\u0353go",
]
