package expr

import (
	"slices"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/operators"
)

// Function is what an author is told of a function, operator or macro.
type Function struct {
	Name      string // "addWorkdays", "map", "+"
	Group     string // heading in Swedish: "Tal", "Datum", …
	Signature string // "addWorkdays(datum, antal) → datum"
	Meaning   string // one line in Swedish
	Example   string // an expression that reads nothing but today (2026-11-22) and the table of the reference
	Result    string // what the example gives, as JSON; "absent" for no value
}

// entry is a function with its declaration; what CEL itself declares has none.
type entry struct {
	Function
	declare cel.EnvOption
}

// Functions are everything an expression can be written with, by heading and then as an author meets them.
func Functions() []Function {
	var out []Function
	for _, e := range library() {
		out = append(out, e.Function)
	}
	return out
}

func library() []entry {
	return slices.Concat(language(), numbers(), texts(), dates(), lists(), lookups())
}

// kept are the functions of CEL itself that expressions have.
var kept = []string{operators.Conditional, operators.LogicalAnd, operators.LogicalOr, operators.LogicalNot, operators.NotStrictlyFalse,
	operators.OldNotStrictlyFalse, operators.Equals, operators.NotEquals, operators.In, operators.Index, "size", "contains", "startsWith", "endsWith"}

// language tells of what CEL has without us.
func language() []entry {
	const logic, absent, lists = "Villkor", "Värden som kan saknas", "Listor"
	e := func(group, name, signature, meaning, example, result string) entry {
		return entry{Function: Function{name, group, signature, meaning, example, result}}
	}
	return []entry{
		e(logic, "==", "a == b, a != b", "Lika med, skilt från. Tal jämförs efter värde.", `1.50 == 1.5 && "a" != "b"`, `true`),
		e(logic, "&&", "a && b, a || b, !a", "Och, eller, inte.", `true && !false`, `true`),
		e(logic, "?:", "villkor ? a : b", "Ger a när villkoret är sant, annars b.", `today > "2026-06-30" ? "höst" : "vår"`, `"höst"`),
		e(logic, "in", "värde in lista", "Sant när värdet finns i listan, eller nyckeln i ett objekt.", `"b" in ["a", "b"]`, `true`),
		e(logic, "<", "a < b, a <= b, a > b, a >= b", "Jämför två tal, eller två texter. Datum är texter och kan jämföras.", `"2026-01-31" < today && 1.5 >= 1`, `true`),
		e(absent, "has", "has(objekt.nyckel)", "Sant när värdet finns.", `has({"a": 1}.b)`, `false`),
		e(absent, ".?", "objekt.?nyckel", "Värdet om det finns; går vidare även när det saknas.", `{"a": {"b": 2}}.?a.?b`, `2`),
		e(absent, "[]", "lista[0], objekt[\"nyckel\"], lista[?0]", "Det som står på platsen; med ? får det saknas.", `["a", "b"][?7]`, `absent`),
		e(absent, "orValue", "värde.orValue(annars)", "Värdet, eller det andra när det saknas.", `{"a": 1}.?b.orValue(0)`, `0`),
		e(absent, "or", "värde.or(annatVärde)", "Det första av två värden som finns.", `{"a": 1}.?b.or({"c": 3}.?c)`, `3`),
		e(absent, "optMap", "värde.optMap(namn, uttryck)", "Räknar ut något av värdet om det finns.", `{"a": 1}.?a.optMap(x, x + 1)`, `2`),
		e(absent, "optFlatMap", "värde.optFlatMap(namn, uttryck)", "Som optMap, när uttrycket självt kan sakna värde.", `{"a": {"b": 1}}.?a.optFlatMap(x, x.?c)`, `absent`),
		e(absent, "hasValue", "värde.hasValue()", "Sant när värdet finns.", `{"a": 1}.?a.hasValue()`, `true`),
		e(absent, "value", "värde.value()", "Värdet; uttrycket misslyckas när det saknas.", `{"a": 1}.?a.value()`, `1`),
		e(absent, "optional.of", "optional.of(värde)", "Gör ett värde till ett som kan saknas.", `optional.of(1).orValue(2)`, `1`),
		e(absent, "optional.none", "optional.none()", "Inget värde.", `optional.none()`, `absent`),
		e(absent, "optional.ofNonZeroValue", "optional.ofNonZeroValue(värde)", "Värdet, eller inget när det är tomt.", `optional.ofNonZeroValue("")`, `absent`),
		e(absent, "optional.unwrap", "optional.unwrap(lista)", "De värden i listan som finns.", `optional.unwrap([{"a": 1}.?a, {"a": 1}.?b])`, `[1]`),
		e(absent, "unwrapOpt", "lista.unwrapOpt()", "De värden i listan som finns.", `[{"a": 1}.?a, {"a": 1}.?b].unwrapOpt()`, `[1]`),
		e(lists, "map", "lista.map(namn, uttryck)", "Räknar ut något av varje rad. Med ett villkor emellan tas bara de rader med som uppfyller det.", `[1, 2].map(x, x * 10)`, `[10,20]`),
		e(lists, "filter", "lista.filter(namn, villkor)", "De rader som uppfyller villkoret.", `[1, 2, 3].filter(x, x > 1)`, `[2,3]`),
		e(lists, "exists", "lista.exists(namn, villkor)", "Sant när någon rad uppfyller villkoret.", `[1, 2].exists(x, x > 1)`, `true`),
		e(lists, "all", "lista.all(namn, villkor)", "Sant när alla rader uppfyller villkoret.", `[1, 2].all(x, x > 1)`, `false`),
		e(lists, "exists_one", "lista.exists_one(namn, villkor)", "Sant när precis en rad uppfyller villkoret.", `[1, 2].exists_one(x, x > 1)`, `true`),
		e(lists, "size", "size(lista), size(text)", "Antal rader, eller antal tecken.", `size(["a", "b"]) + size("åäö")`, `5`),
		e(lists, "first", "lista.first()", "Första raden om det finns någon.", `[7, 8].first()`, `7`),
		e(lists, "last", "lista.last()", "Sista raden om det finns någon.", `[7, 8].last()`, `8`),
		e(lists, "cel.bind", "cel.bind(namn, värde, uttryck)", "Ger ett värde ett namn i uttrycket.", `cel.bind(x, 3, x * x)`, `9`),
	}
}
