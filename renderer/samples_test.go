package renderer

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"testing"

	"samtjanst/forms"
)

// Samples of every kind of field and every widget, in the states that they can have.

const filledKinds = `{"boende":{"sort":"brf","forening":"Brf Kvarnen"},"fritt":["a","b\nc"],"manga":"abc","matt":[12.5,"m","sned","repad"],
"extra":{"Ö/~x":"ett","färg":"blå\nhav"},"tal":{"en":1,"två":2},"rutor":[[1,2],[],[3]],"blandat":[{"isbn":"978"},"Filmen"],
"krets":{"namn":"Ada","barn":[{"namn":"Bo","barn":[{"namn":"Cai"}]}],"partner":{"namn":"Dag","partner":{"namn":"Eva"}}},
"inget":null,"kanske":null,"kanskeval":null,"godkant":"läst","losen":"hemlig1","gammal":"08-17406 05","exempel":"ABC 123","period":"P1Y",
"nar":"2026-11-22T14:30:00+01:00","webb":"https://example.se","fast":{"nr":"A1","delar":[{"namn":"Ett"},{"namn":"Två"}]},"okänd":{"x":[1]}}`

var wrongKinds = []forms.Problem{
	{Pointer: "/boende/forening", Code: forms.Required},
	{Pointer: "/fritt/1", Code: forms.TooShort, Params: map[string]any{"min": json.Number("4")}},
	{Pointer: "/manga", Code: forms.NoVariant},
	{Pointer: "/matt", Code: forms.TooFew, Params: map[string]any{"min": json.Number("9")}},
	{Pointer: "/matt/0", Code: forms.NotANumber},
	{Pointer: "/matt/3", Code: forms.NotAllowed},
	{Pointer: "/extra", Code: forms.OtherViolation, Params: map[string]any{"keyword": "propertyNames"}},
	{Pointer: "/extra/Ö~1~0x", Code: forms.NameTaken, Params: map[string]any{"name": "färg"}},
	{Pointer: "/extra/färg", Code: forms.TooLong, Params: map[string]any{"max": json.Number("3"), "length": json.Number("7")}},
	{Pointer: "/extra/~rn0", Code: forms.NameMissing},
	{Pointer: "/tal", Code: "check-1"},
	{Pointer: "/tal/två", Code: forms.TooLarge, Params: map[string]any{"max": json.Number("1")}},
	{Pointer: "/rutor/0/1", Code: forms.NotAnInteger},
	{Pointer: "/rutor/1", Code: forms.TooFew, Params: map[string]any{"min": json.Number("1")}},
	{Pointer: "/blandat", Code: forms.OtherViolation, Params: map[string]any{"keyword": "contains"}},
	{Pointer: "/blandat/0/isbn", Code: forms.PatternCode},
	{Pointer: "/krets/barn/0/barn/0/namn", Code: forms.Required},
	{Pointer: "/krets/barn/0/partner", Code: forms.Required},
	{Pointer: "/krets/partner/partner/namn", Code: forms.Required},
	{Pointer: "/inget", Code: forms.Required},
	{Pointer: "/kanske", Code: forms.NotAnInteger},
	{Pointer: "/kanskeval", Code: forms.NotAnOption},
	{Pointer: "/godkant", Code: forms.Required},
	{Pointer: "/losen", Code: forms.TooShort, Params: map[string]any{"min": json.Number("8")}},
	{Pointer: "/period", Code: forms.FormatCode, Params: map[string]any{"format": "duration"}},
	{Pointer: "/exempel", Code: forms.PatternCode, Soft: true},
	{Pointer: "/fast/delar/1/namn", Code: forms.Required},
}

const filledWidgets = `{"amne":"natt","amnen":["vux","plats"],"kommun":"Granvik","instrument":"tuba","betyg":4,"kansla":"bra","tid":"2026-11-25T09:30",
"tillval":["hyra","noter"],"antal":{"vuxen":2,"barn":3},"plats":{"lat":58.41086,"lon":15.62157,"ord":"Vid kvarnen"},
"tidsrum":{"fran":"2026-08-17","till":"2027-06-11"},"familj":[{"namn":"Kim Testsson","ar":2012,"grupp":"A","hemma":true},{"namn":"Alex Testsson"}],
"ovrigt":"Ring först.\nTack!","mer":{"alias":"Kim"},"sokande":{"namn":"Åsa Testsson","epost":"asa@example.se","fodelsedatum":"1980-02-03"},
"adress":{"gata":"Provgatan 1","postnr":"12345","ort":"Ekköping"},"foretag":{"nr":"165560001234","namn":"Provbageriet AB"},
"fastighet":"EKKÖPING KVARNEN 1:2","clearing":"8000","konto":"12345678","manad":"2026-11"}`

var wrongWidgets = []forms.Problem{
	{Pointer: "/amne", Code: forms.Required},
	{Pointer: "/amnen", Code: forms.NotUnique},
	{Pointer: "/kommun", Code: forms.NotAnOption},
	{Pointer: "/betyg", Code: forms.Required},
	{Pointer: "/tid", Code: forms.NotAnOption},
	{Pointer: "/tillval", Code: forms.TooFew, Params: map[string]any{"min": json.Number("1")}},
	{Pointer: "/antal/barn", Code: forms.TooSmall, Params: map[string]any{"min": json.Number("0")}},
	{Pointer: "/plats", Code: forms.Required},
	{Pointer: "/plats/lat", Code: forms.NotANumber},
	{Pointer: "/tidsrum/till", Code: forms.TooEarly, Params: map[string]any{"min": "2026-08-17"}},
	{Pointer: "/familj/1/grupp", Code: forms.Required},
	{Pointer: "/familj/0", Code: forms.NotAllowed},
	{Pointer: "/ovrigt", Code: forms.TooLong, Params: map[string]any{"max": json.Number("300"), "length": json.Number("301")}},
	{Pointer: "/mer/alias", Code: forms.Required},
	{Pointer: "/sokande/fodelsedatum", Code: forms.NotADate, Params: map[string]any{"part": "year"}},
	{Pointer: "/foretag/nr", Code: forms.PersonCheck},
	{Pointer: "/elever", Code: forms.TooMany, Params: map[string]any{"max": json.Number("100")}},
	{Pointer: "/elever/2/namn", Code: forms.Required},
	{Pointer: "/elever/3/fodd", Code: forms.NotADate, Params: map[string]any{"part": "day"}},
	{Pointer: "/elever/77/namn", Code: forms.Required},
	{Pointer: "/elever/99/klass", Code: forms.Required},
}

// bare is what no published form has: places that say nothing of what stands there.
const bare = `{"title": "Vad som helst", "type": "object", "required": ["fri"], "properties": {"fri": {}, "fri_lista": {"type": "array"},
"namn": {"type": ["string", "null"]}, "nät": {"$ref": "#/$defs/nod"}, "ett": {"enum": ["1", 1, true, null, "", {"a": 1}]}},
"$defs": {"nod": {"type": "object", "properties": {"v": {"$ref": "#/$defs/nod"}, "h": {"$ref": "#/$defs/nod"}, "n": {"type": "integer"}}}}}`

func pupils(n int) []any {
	list := make([]any, n)
	for i := range list {
		list[i] = map[string]any{"namn": fmt.Sprintf("Elev %d Testsson", i+1), "fodd": "2015-03-04", "klass": "4B", "skjuts": i%2 == 0, "anm": "Åker & stiger <av> vid kvarnen"}
	}
	return list
}

func offerTimes(v *forms.View) {
	v.Options = map[string][]forms.Option{}
	for _, value := range []string{"2026-11-24T13:00", "2026-11-25T09:30", "2026-11-25T10:00", "på torget"} {
		id := v.Form.Fields["/tid"].ID
		v.Options[id] = append(v.Options[id], forms.Option{Value: value, JSON: json.RawMessage(`"` + value + `"`), Label: forms.Text{"sv": value}})
	}
	v.Facts["f-parter"] = []any{map[string]any{"name": "Åsa Testsson", "role": "Sökande"}, map[string]any{"name": "Kim Provberg", "role": "Vårdnadshavare"}}
	v.Facts["f-taxa"] = []any{map[string]any{"namn": "Vuxen", "pris": "120 kr"}, map[string]any{"namn": "Barn", "pris": "60 kr"}}
}

func bareForm(t testing.TB, schema string, object bool) *forms.Form {
	t.Helper()
	form, diags := forms.Bare([]byte(schema), nil, object)
	for _, d := range diags {
		t.Fatal(d)
	}
	return form
}

// samples are the states of every form of the gallery, the one of usual questions included.
func samples(t testing.TB) map[string]PageData {
	out := states(t)
	kinds, widgets := loadForm(t, "kinds"), loadForm(t, "widgets")
	add := func(name string, v *forms.View, typed forms.Typed, problems ...forms.Problem) {
		if v.Form == widgets {
			offerTimes(v)
		}
		out[name] = PageData{View: v, Typed: typed, Problems: problems, Action: "/"}
	}
	add("slag-tom", view(kinds, map[string]any{}), nil)
	add("slag-ifyllt", view(kinds, parseAnswers(t, filledKinds)), nil)
	add("slag-fel", view(kinds, parseAnswers(t, filledKinds)), forms.Typed{"/matt/0": "tolv", "/rutor/0/1": "<två>", "r/extra": "1", "v/manga": "",
		"k/extra/Ö~1~0x": "färg", "a/extra/~rn0": "", "k/extra/~rn0": ""}, wrongKinds...)
	add("slag-tom-fel", view(kinds, map[string]any{}), nil, forms.Problem{Pointer: "/boende", Code: forms.Required}, forms.Problem{Pointer: "/krets/namn", Code: forms.Required},
		forms.Problem{Pointer: "/fritt", Code: forms.NoVariant}, forms.Problem{Pointer: "/krets/partner", Code: forms.Required}, forms.Problem{Pointer: "/extra", Code: forms.Required},
		forms.Problem{Pointer: "/matt", Code: forms.Required}, forms.Problem{Pointer: "/rutor", Code: forms.Required})
	add("slag-val", view(kinds, map[string]any{}), forms.Typed{"v/boende": "2", "v/fritt": "2", "v/manga": "8", "r/rutor": "2", "r/tal": "1", "k/tal/~rn0": "tre"})
	long := parseAnswers(t, filledKinds)
	maps.Copy(long, map[string]any{"fritt": strings.Repeat("Mycketlångtordsomintefårplats", 20), "extra": map[string]any{strings.Repeat("Långtnamn", 30): strings.Repeat("värde ", 80)}})
	add("slag-langt", view(kinds, long), nil)

	add("kontroller-tom", view(widgets, map[string]any{}), nil)
	full := parseAnswers(t, filledWidgets)
	add("kontroller-ifyllt", view(widgets, full), nil)
	many := forms.CopyObject(full)
	many["elever"], many["betyg"] = pupils(120), json.Number("2.5")
	add("kontroller-rader", view(widgets, many), forms.Typed{"o/elever": "3"})
	add("kontroller-fel", view(widgets, many), forms.Typed{"o/elever": "3", "d/elever/3/fodd": "32", "/plats/lat": "N 58", "y/sokande/fodelsedatum": "80"}, wrongWidgets...)
	crowd := parseAnswers(t, filledWidgets)
	crowd["familj"] = pupils(60)
	add("kontroller-tabell", view(widgets, crowd), forms.Typed{"o/familj": "1"})
	add("kontroller-sida", view(widgets, many), forms.Typed{"w/elever": "50"})

	free := bareForm(t, bare, true)
	add("bar-tom", view(free, map[string]any{}), nil)
	add("bar-ifylld", view(free, parseAnswers(t, `{"fri":{"a":[1,"två\n",null]},"fri_lista":[1,"x",{"y":null}],"namn":null,"nät":{"v":{"h":{"n":1}},"h":{}},"ett":1}`)), nil)
	add("bar-fel", view(free, parseAnswers(t, `{"fri_lista":[1],"namn":5,"nät":{"v":{}},"ett":{"a":1}}`)), forms.Typed{"/fri": "{nej"},
		forms.Problem{Pointer: "/fri", Code: forms.NotJSON}, forms.Problem{Pointer: "/fri_lista/0", Code: forms.NotAllowed}, forms.Problem{Pointer: "/namn", Code: forms.WrongType, Params: map[string]any{"type": "string"}},
		forms.Problem{Pointer: "/nät/v/h", Code: forms.Required}, forms.Problem{Pointer: "/ett", Code: forms.NotAllowed}, forms.Problem{Pointer: "/okänd", Code: forms.NotAllowed})
	add("bar-lista", view(bareForm(t, `{"type":"array","items":{"type":"string"}}`, false), map[string]any{forms.Envelope: []any{"a", ""}}), nil)
	return out
}
