package answers_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"samtjanst/forms"
	"samtjanst/forms/answers"
	"samtjanst/forms/internal/formtest"
	"samtjanst/forms/journey"
)

const schemaJSON = `{"type":"object","properties":{
	"text":{"type":"string","title":"T"},"langt":{"type":["string","null"],"title":"L"},
	"tal":{"type":"number","title":"N"},"hel":{"type":["integer","null"],"title":"H"},"ore":{"type":"integer","title":"Ö"},
	"ja":{"type":"boolean","title":"J"},"lovar":{"const":true,"title":"C"},
	"val":{"type":"string","title":"V","enum":["a","b",""]},"nummer":{"title":"VN","enum":[1,2.5,true]},
	"flera":{"type":"array","title":"F","items":{"enum":["x","y","z"]}},
	"dag":{"type":"string","format":"date","title":"D"},
	"person":{"type":"string","format":"personid","title":"P"},"post":{"type":"string","format":"postnummer","title":"PN"},
	"tel":{"type":"string","format":"phone","title":"TE"},"tid":{"type":"string","format":"time","title":"TI"},
	"org":{"type":"string","format":"organisationsnummer","title":"O"},
	"hem":{"type":"object","title":"Hem","properties":{"gata":{"type":"string","title":"G"},"djup":{"type":"object","title":"Dj","properties":{"x":{"type":"string","title":"X"}}}}},
	"los":{"type":"object","properties":{"inre":{"type":"string","title":"I"}}},
	"ord":{"type":"array","title":"Ord","items":{"type":"string"}},"tals":{"type":"array","title":"Tal","items":{"type":"number"}},
	"barn":{"type":"array","title":"B","items":{"type":"object","properties":{
		"namn":{"type":"string","title":"N"},"fodd":{"type":"string","format":"date","title":"F"},"bor":{"type":"boolean","title":"Bor"},
		"vantar":{"type":"array","title":"V","items":{"type":"object","properties":{"dag":{"type":"string","title":"D"}}}}}}},
	"filer":{"type":"array","title":"Fi","items":{"type":"object","properties":{"id":{"type":"string"}}}},
	"gomd":{"type":"string","title":"G"}
}}`

const layoutYAML = `
pages:
  - id: ett
    title: Ett
    sections:
      - fields:
          - {pointer: /text}
          - {pointer: /langt, widget: textarea}
          - {pointer: /tal}
          - {pointer: /hel}
          - {pointer: /ore, widget: money}
          - {pointer: /ja}
          - {pointer: /lovar}
          - {pointer: /val}
          - {pointer: /nummer}
          - {pointer: /flera}
          - {pointer: /dag}
          - {pointer: /person}
          - {pointer: /post}
          - {pointer: /tel}
          - {pointer: /tid}
          - {pointer: /org}
          - {pointer: /hem}
          - {pointer: /los/inre}
          - {pointer: /ord}
          - {pointer: /tals}
          - {pointer: /barn, item: barn}
          - {pointer: /filer, widget: files}
          - {pointer: /gomd, showWhen: {/answers/ja: {const: true}}}
  - id: tva
    title: Två
    sections: [{fields: [{notice: Hej, kind: info}]}]
`

func graph(t testing.TB) *journey.Graph {
	return formtest.Graph(t, formtest.Meta, schemaJSON, layoutYAML)
}

// post posts values over what the page shows unchanged.
func post(t testing.TB, g *journey.Graph, stored, posted string) answers.Decoded {
	t.Helper()
	v := formtest.View(t, g, formtest.JSON(t, stored))
	values := answers.Encode(v, "ett", nil)
	more, err := url.ParseQuery(posted)
	if err != nil {
		t.Fatal(err)
	}
	for name, list := range more {
		values[name] = list
	}
	return answers.Decode(g, v, "ett", values)
}

func TestDecode(t *testing.T) {
	g := graph(t)
	for _, test := range []struct{ name, stored, post, want string }{
		{"a text", `{}`, "a/text=hej", `{"text":"hej"}`},
		{"blank is absent", `{"text":"hej"}`, "a/text=", `{}`},
		{"line breaks", `{}`, "a/langt=rad+1%0D%0Arad+2%0Arad+3", `{"langt":"rad 1\nrad 2\nrad 3"}`},
		{"space is kept", `{}`, "a/text=+x+", `{"text":" x "}`},
		{"other pages, undeclared keys and files stay", `{"okänd":{"a":[1]},"filer":[{"id":"f"}]}`, "a/filer=&a/ok%C3%A4nd=x&r/filer=0", `{"okänd":{"a":[1]},"filer":[{"id":"f"}]}`},
		{"decimal comma", `{}`, "a/tal=1+234%2C50", `{"tal":1234.50}`},
		{"leading zeros and sign", `{}`, "a/tal=%2B007", `{"tal":7}`},
		{"forty digits", `{}`, "a/tal=1234567890123456789012345678901234567890", `{"tal":1234567890123456789012345678901234567890}`},
		{"kronor become öre", `{}`, "a/ore=1+234%2C5", `{"ore":123450}`},
		{"no and yes", `{"ja":true}`, "a/ja=false", `{"ja":false}`},
		{"option of another type", `{}`, "a/nummer=2.5", `{"nummer":2.5}`},
		{"boxes in the order of the options", `{}`, "a/flera=z&a/flera=x", `{"flera":["x","z"]}`},
		{"a date", `{}`, "y/dag=2026&m/dag=2&d/dag=3", `{"dag":"2026-02-03"}`},
		{"personnummer", `{}`, "a/person=190514-2384", `{"person":"201905142384"}`},
		{"postnummer", `{}`, "a/post=SE-123+45", `{"post":"12345"}`},
		{"Swedish phone", `{}`, "a/tel=070-174+06+05", `{"tel":"+46701740605"}`},
		{"phone from abroad", `{}`, "a/tel=0047+22+00+00+00", `{"tel":"+4722000000"}`},
		{"a time", `{}`, "a/tid=7.30", `{"tid":"07:30"}`},
		{"organisation", `{}`, "a/org=202100-4748", `{"org":"162021004748"}`},
		{"a group comes and goes", `{"hem":{"gata":"x"}}`, "a/hem/gata=", `{}`},
		{"markers", `{}`, `t/text=""&t/hel=null&t/flera=[]&t/barn=[]&t/hem={}`, `{"text":"","hel":null,"flera":[],"barn":[],"hem":{}}`},
		{"a marker counts only where it may", `{}`, `t/text=null&t/tal=""&t/ja=[]&t/hem=[]`, `{}`},
		{"what is hidden stays", `{"gomd":"x"}`, "a/gomd=y", `{"gomd":"x"}`},
		{"what is hidden is not made up", `{}`, "a/gomd=y", `{}`},
		{"what was shown by this post counts", `{"gomd":"x"}`, "a/ja=true&a/gomd=y", `{"ja":true,"gomd":"y"}`},
		{"shown but not on the page", `{"gomd":"x"}`, "a/ja=true", `{"ja":true,"gomd":"x"}`},
		{"rows move with what is not shown", `{"barn":[{"namn":"A","k":1},{"namn":"B","k":2}]}`,
			"r/barn=1&r/barn=0&a/barn/1/namn=B2", `{"barn":[{"namn":"B2","k":2},{"namn":"A","k":1}]}`},
		{"a row of the browser's", `{}`, "r/barn=n3&a/barn/n3/namn=Ny&y/barn/n3/fodd=2020&m/barn/n3/fodd=1&d/barn/n3/fodd=2", `{"barn":[{"namn":"Ny","fodd":"2020-01-02"}]}`},
		{"rows that are gone, twice or no rows", `{"barn":[{"namn":"A"}]}`, "r/barn=7&r/barn=0&r/barn=0&r/barn=01&r/barn=../x&r/barn=-1&a/barn/7/namn=x", `{"barn":[{"namn":"A"}]}`},
		{"all rows removed", `{"barn":[{"namn":"A"}]}`, "r/barn=7", `{}`},
		{"add", `{"barn":[{"namn":"A"}]}`, "op=add/barn&a/barn/0/namn=A2", `{"barn":[{"namn":"A2"},{}]}`},
		{"add the first", `{}`, "op=add/barn", `{"barn":[{}]}`},
		{"add within a row", `{"barn":[{"namn":"A"}]}`, "op=add/barn/0/vantar", `{"barn":[{"namn":"A","vantar":[{}]}]}`},
		{"remove", `{"barn":[{"namn":"A"},{"namn":"B"}]}`, "op=remove/barn/0&a/barn/1/namn=B2", `{"barn":[{"namn":"B2"}]}`},
		{"remove the last", `{"barn":[{"namn":"A"}]}`, "op=remove/barn/0", `{}`},
		{"up", `{"barn":[{"namn":"A"},{"namn":"B"}]}`, "op=up/barn/1", `{"barn":[{"namn":"B"},{"namn":"A"}]}`},
		{"down, at the end", `{"barn":[{"namn":"A"},{"namn":"B"}]}`, "op=down/barn/1", `{"barn":[{"namn":"A"},{"namn":"B"}]}`},
		{"list of texts", `{"ord":["a","b"]}`, "a/ord/0=&a/ord/1=c", `{"ord":["c"]}`},
		{"list of numbers", `{}`, "r/tals=n0&a/tals/n0=1%2C5", `{"tals":[1.5]}`},
		{"add to a list", `{"ord":["a"]}`, "op=add/ord", `{"ord":["a"]}`}, // a blank row follows, which is no answer
		{"names made to collide", `{}`, "a//text=x&a/text/=y&A/text=z&a/text~1=1&d/dag/y=1&a/barn/0/namn=x&a/barn/*/namn=x", `{}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := post(t, g, test.stored, test.post)
			if diff := cmp.Diff(formtest.JSON(t, test.want), d.Answers); diff != "" {
				t.Errorf("answers (-want +got):\n%s", diff)
			}
			if len(d.Problems) > 0 {
				t.Errorf("problems: %v", d.Problems)
			}
		})
	}
}

func TestUnreadable(t *testing.T) {
	g := graph(t)
	for _, test := range []struct{ stored, post, problem, typed, want string }{
		{`{"tal":1}`, "a/tal=tre", "/tal not-a-number", "/tal=tre", `{}`},
		{`{}`, "a/tal=1e5", "/tal not-a-number", "/tal=1e5", `{}`},
		{`{}`, "a/tal=1+2", "/tal not-a-number", "/tal=1 2", `{}`},
		{`{}`, "a/tal=12345678901234567890123456789012345678901", "/tal not-a-number", "/tal=12345678901234567890123456789012345678901", `{}`},
		{`{}`, "a/ore=1%2C234", "/ore not-a-number", "/ore=1,234", `{}`},
		{`{}`, "y/dag=2026&m/dag=2&d/dag=30", "/dag not-a-date day", "d/dag=30", `{}`},
		{`{}`, "y/dag=26&m/dag=2&d/dag=3", "/dag not-a-date year", "y/dag=26", `{}`},
		{`{}`, "y/dag=2026&m/dag=&d/dag=3", "/dag not-a-date month", "d/dag=3", `{}`},
		{`{}`, "a/person=190514-2385", "/person person-check", "/person=190514-2385", `{}`},
		{`{}`, "a/person=hej", "/person person-format", "/person=hej", `{}`},
		{`{}`, "a/person=20191332-2384", "/person person-date", "/person=20191332-2384", `{}`},
		{`{}`, "a/val=c", "/val not-an-option", "", `{}`},
		{`{}`, "a/flera=x&a/flera=q", "/flera not-an-option", "", `{}`},
		{`{}`, "a/ja=ja", "/ja not-an-option", "", `{}`},
		{`{"text":"kvar"}`, "a/text=%FF", "/text bad-text", "/text=\uFFFD", `{"text":"kvar"}`},
		{`{"text":"kvar"}`, "a/text=a%00b", "/text bad-text", "/text=ab", `{"text":"kvar"}`},
		{`{"text":"kvar"}`, "a/text=a%0Db", "/text bad-text", "/text=a\nb", `{"text":"kvar"}`},
		{`{"barn":[{"namn":"A"},{"namn":"B"}]}`, "op=up/barn/1&y/barn/1/fodd=x", "/barn/0/fodd not-a-date year", "y/barn/0/fodd=x", `{"barn":[{"namn":"B"},{"namn":"A"}]}`},
	} {
		t.Run(test.post, func(t *testing.T) {
			d := post(t, g, test.stored, test.post)
			var got []string
			for _, p := range d.Problems {
				s := string(p.Pointer) + " " + p.Code
				if part, ok := p.Params["part"]; ok {
					s += fmt.Sprint(" ", part)
				}
				got = append(got, s)
			}
			if diff := cmp.Diff([]string{test.problem}, got); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
			if key, value, ok := strings.Cut(test.typed, "="); ok && d.Typed[key] != value {
				t.Errorf("typed %v, want %q", d.Typed, test.typed)
			}
			if diff := cmp.Diff(formtest.JSON(t, test.want), d.Answers); diff != "" {
				t.Errorf("answers (-want +got):\n%s", diff)
			}
			again := answers.Encode(formtest.View(t, g, d.Answers), "ett", d.Typed)
			if key, value, ok := strings.Cut(test.typed, "="); ok && again.Get(key) != value && again.Get("a"+key) != value {
				t.Errorf("shown again as %v, want %q", again, test.typed)
			}
		})
	}
}

// What stands on a page and is posted unchanged is what was stored, whatever it is.
func TestUnchanged(t *testing.T) {
	g := graph(t)
	for seed := range uint64(2000) {
		stored := random(rand.New(rand.NewPCG(seed, 1)))
		unchanged(t, g, stored)
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

func unchanged(t *testing.T, g *journey.Graph, stored map[string]any) {
	t.Helper()
	v := formtest.View(t, g, stored)
	before := forms.CopyObject(stored)
	d := answers.Decode(g, v, "ett", answers.Encode(v, "ett", nil))
	if diff := cmp.Diff(before, d.Answers); diff != "" {
		t.Errorf("posted unchanged (-stored +decoded):\n%s", diff)
	}
	if len(d.Problems) > 0 {
		t.Errorf("problems: %v", d.Problems)
	}
	if diff := cmp.Diff(before, stored); diff != "" {
		t.Errorf("what was stored has changed:\n%s", diff)
	}
}

// random makes answers that are valid by the schema.
func random(r *rand.Rand) map[string]any {
	pick := func(values ...any) any { return values[r.IntN(len(values))] }
	text := func() any {
		return pick("", "x", " ", "å\n\nö", "a/b~c*", "0", "null", "😀", strings.Repeat("lång ", 50))
	}
	number := func() any {
		return json.Number(pick("0", "-1", "1.50", "0.000001", "12345678901234567890", "-0.5", "1000").(string))
	}
	maybe := func(m map[string]any, key string, value func() any) {
		if r.IntN(3) > 0 {
			m[key] = value()
		}
	}
	rows := func(n int, row func() any) any {
		out := []any{}
		for range r.IntN(n) {
			out = append(out, row())
		}
		return out
	}
	m := map[string]any{}
	maybe(m, "text", text)
	maybe(m, "langt", func() any { return pick(nil, "", "x\ny") })
	maybe(m, "tal", number)
	maybe(m, "hel", func() any { return pick(nil, json.Number("0"), json.Number("-17")) })
	maybe(m, "ore", func() any { return pick(json.Number("0"), json.Number("5"), json.Number("-123450")) })
	maybe(m, "ja", func() any { return pick(true, false) })
	maybe(m, "lovar", func() any { return true })
	maybe(m, "val", func() any { return pick("a", "b") })
	maybe(m, "nummer", func() any { return pick(json.Number("1"), json.Number("2.5"), true) })
	maybe(m, "flera", func() any { return pick([]any{}, []any{"x"}, []any{"x", "z"}) })
	maybe(m, "dag", func() any { return pick("2026-01-01", "1899-12-31", "2024-02-29") })
	maybe(m, "person", func() any { return pick("201905142384", "198306692396", "190001019801") })
	maybe(m, "post", func() any { return "99010" })
	maybe(m, "tel", func() any { return pick("+46701740605", "+4722000000") })
	maybe(m, "tid", func() any { return pick("07:30", "23:59:59Z") })
	maybe(m, "org", func() any { return "162021004748" })
	maybe(m, "okand", func() any { return []any{nil, map[string]any{}} })
	maybe(m, "gomd", text)
	maybe(m, "los", func() any { return pick(map[string]any{}, map[string]any{"inre": "x"}, map[string]any{"annat": true}) })
	maybe(m, "hem", func() any {
		hem := map[string]any{}
		maybe(hem, "gata", text)
		maybe(hem, "djup", func() any { return pick(map[string]any{}, map[string]any{"x": "y"}) })
		return hem
	})
	maybe(m, "ord", func() any { return rows(4, text) })
	maybe(m, "tals", func() any { return rows(4, number) })
	maybe(m, "barn", func() any {
		return rows(4, func() any {
			barn := map[string]any{}
			maybe(barn, "namn", text)
			maybe(barn, "bor", func() any { return pick(true, false) })
			maybe(barn, "fodd", func() any { return "2019-05-14" })
			maybe(barn, "okand", number)
			maybe(barn, "vantar", func() any {
				return rows(3, func() any { return pick(map[string]any{}, map[string]any{"dag": "m"}) })
			})
			return barn
		})
	})
	return m
}

// Changing one control changes that place and nothing else.
func TestOneChange(t *testing.T) {
	g := graph(t)
	for seed := range uint64(300) {
		stored := random(rand.New(rand.NewPCG(seed, 2)))
		v := formtest.View(t, g, stored)
		values := answers.Encode(v, "ett", nil)
		values.Set("a/text", "ändrad")
		want := forms.CopyObject(stored)
		want["text"] = "ändrad"
		if diff := cmp.Diff(want, answers.Decode(g, v, "ett", values).Answers); diff != "" {
			t.Fatalf("seed %d (-want +got):\n%s", seed, diff)
		}
	}
}

func TestManyKeys(t *testing.T) {
	g := graph(t)
	v := formtest.View(t, g, nil)
	values := url.Values{}
	for i := range 100_000 {
		values.Set(fmt.Sprintf("a/barn/n%d/namn", i), "x")
		values.Add("r/barn", fmt.Sprintf("n%d", i))
		values.Add("a/flera", "x")
	}
	values.Set("a"+strings.Repeat("/x", 100_000), "djup")
	d := answers.Decode(g, v, "ett", values)
	if rows := d.Answers["barn"].([]any); len(rows) != answers.MaxRows {
		t.Errorf("%d rows, want %d", len(rows), answers.MaxRows)
	}
	if len(d.Problems) != 1 || d.Problems[0].Code != forms.TooMany {
		t.Errorf("problems %v, want one too-many", d.Problems)
	}
}

func TestPageThatIsNotShown(t *testing.T) {
	g := graph(t)
	v := formtest.View(t, g, formtest.JSON(t, `{"text":"kvar"}`))
	for _, page := range []string{"tva", "saknas", ""} {
		d := answers.Decode(g, v, page, url.Values{"a/text": {"ny"}})
		if d.Answers["text"] != "kvar" || d.Op != answers.OpContinue {
			t.Errorf("page %q: %v %q", page, d.Answers, d.Op)
		}
	}
}

// Whatever is posted, decoding ends, and what it gives can be shown and posted again without change.
func FuzzDecode(f *testing.F) {
	f.Add("a/text=x&op=add/barn&r/barn=0", `{"barn":[{"namn":"A"}]}`)
	f.Add("y/dag=2026&m/dag=2&d/dag=30&t/hem={}&r/barn=n0&r/barn=n0&a/tal=1e10000000", `{}`)
	f.Add("r/ord=0&a/ord/0=%FF&op=remove/ord/0", `{"ord":["a"],"hem":{}}`)
	f.Add("a/flera=x&r/barn=0&r/barn/0/vantar=n1&op=down/barn/0/vantar/n1", `{"barn":[{"vantar":[{}]},null,7]}`)
	g := graph(f)
	f.Fuzz(func(t *testing.T, body, stored string) {
		values, _ := url.ParseQuery(body)
		var m map[string]any
		if len(stored) > 10_000 || forms.UnmarshalExact([]byte(stored), &m) != nil {
			m = nil
		}
		d := answers.Decode(g, formtest.View(t, g, m), "ett", values)
		v := formtest.View(t, g, d.Answers)
		again := answers.Decode(g, v, "ett", answers.Encode(v, "ett", nil))
		once := answers.Decode(g, formtest.View(t, g, again.Answers), "ett", answers.Encode(formtest.View(t, g, again.Answers), "ett", nil))
		if diff := cmp.Diff(again.Answers, once.Answers); diff != "" {
			t.Errorf("does not settle:\n%s", diff)
		}
	})
}
