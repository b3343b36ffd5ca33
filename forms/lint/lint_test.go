package lint_test

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"samtjanst/forms"
	"samtjanst/forms/lint"
)

// well is a small form that lint finds nothing in.
func well() fstest.MapFS {
	return fstest.MapFS{
		"form.yaml": {Data: []byte(`id: prov
title: Prov
summary: En provtjänst.
category: Prov
authority: provnamnden
reference: PRV
responsible: {operations: Drift, development: Utveckling}
audience: citizen
login: 3
legal: [{text: Provlagen, url: "https://example.se/lag", from: "2011-07-01"}]
overview: {needs: [Inget], signers: Du., minutes: 1, handling: Varsamt., decision: Snart., otherWay: Ring.}
own: /egen
subject: computed.?namn
draftDays: 28
settings: {grans: 1}
computed:
  namn: answers.?namn
parties: [{role: guardian, title: Vårdnadshavare, from: "[]", own: true, contact: /kontakt}]
signing: {applicant: true, days: 14, document: Prov, declare: Ja.}
decision:
  template: beslut
  grounds: [{id: a, title: A, appeal: x}]
  appeals: {x: overklaga}
  grants: {title: G, rows: "[]", columns: [{name: n, title: N, type: string}]}
handover: [{target: t, kind: k, protected: exclude, columns: [{name: n, title: N, type: string}]}]
retention: {years: 1, from: closed, basis: Plan}
delivery: {title: Intyget, document: brev, letterDays: 5, ways: [{id: fil, title: Som fil, files: true}, {id: post, title: Per post, letter: true}]}
`)},
		"schema.json": {Data: []byte(`{"properties":{
 "namn":{"type":"string","title":"Namn"},
 "val":{"enum":["ja","nej"],"title":"Val"},
 "gomd":{"type":"string","title":"Gömd"},
 "rader":{"type":"array","title":"Rader","items":{"type":"object","properties":{"x":{"type":"string","title":"X"}}}},
 "kontakt":{"type":"object","properties":{"email":{"type":"string","title":"E"},"phone":{"type":"string","title":"T"}}},
 "egen":{"type":"object","properties":{"epost":{"type":"string","title":"E"}},"required":["epost"]}},
 "required":["egen"]}`)},
		"layout.yaml": {Data: []byte(`pages:
  - id: ett
    title: Ett
    help: Läs [lagen](https://example.se).
    sections:
      - fields:
          - {pointer: /namn}
          - {pointer: /val}
          - {pointer: /gomd, showWhen: {/answers/val: {const: ja}}}
          - {pointer: /rader, item: rad}
          - {pointer: /kontakt/email, audience: officer}
          - {pointer: /kontakt/phone, audience: officer}
          - {id: f, fact: "computed.?namn", label: F}
  - id: egen
    title: Egen
    own: true
    sections: [{fields: [{pointer: /egen/epost}, {id: adress, fact: "facts.?self.?address", label: Adress, audience: own}]}]
`)},
		"documents/beslut.md":    {Data: []byte("# {{reference}}\n\n{{computed.namn}} {{ appeal }}\n")},
		"documents/overklaga.md": {Data: []byte("Skriv.\n")},

		"documents/mottagningskvitto.md": {Data: []byte("Tack.\n")},
		"documents/komplettering.md":     {Data: []byte("{{missing}}\n")},
		"documents/underrattelsebrev.md": {Data: []byte("{{url}}\n")},
		"documents/brev.md":              {Data: []byte("{{way}} {{handed}} {{message}}\n")},
	}
}

var options = lint.Options{
	Languages: []string{},
	Links: func(md string) []lint.Link {
		var out []lint.Link
		for _, part := range strings.Split(md, "](")[1:] {
			url, _, _ := strings.Cut(part, ")")
			out = append(out, lint.Link{URL: url})
		}
		return out
	},
}

func TestWell(t *testing.T) {
	if diags := lint.Folder(well(), ".", options); len(diags) > 0 {
		t.Errorf("%v", diags)
	}
}

// Each change of the form makes one mistake, told where it is.
func TestMistakes(t *testing.T) {
	for _, test := range []struct{ file, from, to, want string }{
		{"form.yaml", "summary: En provtjänst.\n", "", "form.yaml:1:1: summary is missing"},
		{"form.yaml", "operations: Drift, ", "", "form.yaml:7:14: responsible is missing"},
		{"form.yaml", "{years: 1, from: closed, basis: Plan}", "{from: closed, basis: Plan}", "form.yaml:26:12: retention does not say how many years"},
		{"form.yaml", "audience: citizen", "audience: alla", `form.yaml:8:11: audience "alla"`},
		{"form.yaml", "login: 3", "login: 1", "form.yaml:9:8: login level 1"},
		{"form.yaml", "https://example.se/lag", "javascript:alert(1)", `form.yaml:10:32: a link to "javascript:alert(1)"`},
		{"form.yaml", "2011-07-01", "1 juli", `form.yaml:10:9: "1 juli" is no date`},
		{"form.yaml", ", minutes: 1", "", "form.yaml:11:11: overview has no minutes"},
		{"form.yaml", "needs: [Inget], ", "", "form.yaml:11:11: overview has no needs"},
		{"form.yaml", "answers.?namn", "answers.?nman", "form.yaml:17:9: it reads /nman, which is not in schema.json (did you mean /namn?)"},
		{"form.yaml", "answers.?namn", "settings.gransen", "form.yaml:17:9: it reads gransen, which is not in settings (did you mean grans?)"},
		{"form.yaml", "subject: computed.?namn", "subject: computed.?nam", "form.yaml:13:10: it reads nam, which is not in computed (did you mean namn?)"},
		{"form.yaml", "namn: answers.?namn", "namn: answers.?namn +", "form.yaml:17:9: the expression is wrong: 1:16: Syntax error"},
		{"form.yaml", `from: "[]", `, "", `form.yaml:18:11: nobody can tell who the party "guardian" is`},
		{"form.yaml", "contact: /kontakt", "contact: /egen", "form.yaml:18:83: /egen has no email"},
		{"form.yaml", "appeal: x", "appeal: y", `form.yaml:22:13: appeal "y" is not in appeals`},
		{"form.yaml", "declare: Ja.", "phone: true, level: 4", "form.yaml:19:61: who is asked by telephone signs with BankID, which has level 3"},
		{"form.yaml", "declare: Ja.", "phone: true, with: [freja]", "form.yaml:19:61: who is asked by telephone signs with BankID, which is not among those that can be used"},
		{"form.yaml", "template: beslut", "template: beslut\n  sign: {days: 1, phone: true, with: [freja]}", "form.yaml:22:26: who is asked by telephone signs with BankID, which is not among"},
		{"form.yaml", "parties: [{role: guardian, title: Vårdnadshavare, from: \"[]\", own: true, contact: /kontakt}]\nsigning: {applicant: true",
			"parties: []\nsigning: {phone: true, applicant: false", "form.yaml:19:18: nobody signs who could be asked by telephone"},
		{"form.yaml", "template: beslut", "template: beslutet", `form.yaml:21:13: there is no document "beslutet" (did you mean beslut?)`},
		{"form.yaml", "protected: exclude", "protected: include", "form.yaml:25:44: handover must say that protected people are left out"},
		{"form.yaml", "rows: \"[]\", columns: [{name: n,", "rows: \"[]\", columns: [{name: m,", `form.yaml:25:62: column "n" is not granted`},
		{"form.yaml", "document: brev", "document: brevet", `form.yaml:27:38: there is no document "brevet" (did you mean brev?)`},
		{"form.yaml", "title: Intyget, ", "", "form.yaml:27:11: delivery lacks title or document"},
		{"form.yaml", "letterDays: 5, ", "", "form.yaml:27:11: delivery does not say what follows when files are not opened"},
		{"form.yaml", "id: post, ", "", "form.yaml:27:106: a way lacks id or title"},
		{"form.yaml", "id: post", "id: fil", `form.yaml:27:106: a second way "fil"`},
		{"form.yaml", ", letter: true", "", `form.yaml:27:106: by the way "post" nothing reaches the applicant`},
		{"form.yaml", "letterDays: 5, ways: [{id: fil, title: Som fil, files: true}, {id: post, title: Per post, letter: true}]", "letterDays: 5",
			"form.yaml:27:11: delivery has no way to hand anything out"},
		{"layout.yaml", "{pointer: /namn}", "{pointer: /namn, audience: own}", "layout.yaml:7:40: only a party's own section has audience own"},
		{"layout.yaml", "{pointer: /rader, item: rad}", "{pointer: /rader, item: rad}\n          - {pointer: /rader/*/x, audience: officer}", "layout.yaml:11:45: a part of a row cannot be the officer's alone"},
		{"layout.yaml", "/kontakt/email, audience: officer", "/kontakt/email", "form.yaml:18:83: how to reach one party would be shown to the others"},
		{"layout.yaml", "{pointer: /namn}", "{pointer: /namn, widget: textaera}", `layout.yaml:7:38: there is no widget "textaera" (did you mean textarea?)`},
		{"layout.yaml", ", item: rad", "", "layout.yaml:10:13: /rader does not say what one row is called"},
		{"layout.yaml", "const: ja", "const: jaa", `layout.yaml:9:40: /val never is "jaa", so the condition does not do what it says (did you mean ja?)`},
		{"layout.yaml", "/answers/val: {", "/answers/vall: {", "layout.yaml:9:40: it reads /vall, which is not in schema.json (did you mean /val?)"},
		{"layout.yaml", "/answers/val: {const: ja}", "/facts/lookup/compny/status: {const: found}",
			"layout.yaml:9:40: it reads compny, which is not in the layout's look-ups"},
		{"layout.yaml", "/answers/val: {const: ja}", "/answers/namn: {const: 5}",
			"layout.yaml:9:40: /namn never is 5, so the condition does not do what it says (it is a text, written within quotes)"},
		{"layout.yaml", "/answers/val: {const: ja}", "/answers/namn: {minimum: 5}",
			"layout.yaml:9:40: minimum says nothing of /namn, so the condition does not do what it says (it is a text)"},
		{"layout.yaml", "pointer: /val}", "pointer: /val, showWhen: {/answers/gomd: {const: x}}}", "layout.yaml:8:13: each depends on the next: field /val → field /gomd → field /val"},
		{"layout.yaml", "          - {pointer: /namn}\n", "          - {notice: Nej, kind: stop}\n          - {pointer: /namn}\n", "layout.yaml:15:5: nobody reaches page egen: page ett always stops"},
		{"layout.yaml", "{pointer: /gomd, showWhen: {/answers/val", "{pointer: /gomd, showWhen: {/row/val", "layout.yaml:9:40: it reads /row/val, and stands in no row (read /answers/…, or place it"},
		{"layout.yaml", "{pointer: /rader, item: rad}", "{pointer: /rader, item: rad}\n          - {pointer: /rader/*/x, showWhen: {/row/y: {const: a}}}",
			"layout.yaml:11:45: it reads /rader/*/y, which is not in schema.json (did you mean /rader"},
		{"layout.yaml", "  - id: egen\n", "  - {id: rad, title: Rad, repeat: /rader, sections: [{fields: [{notice: x, kind: info}]}]}\n  - id: egen\n",
			"layout.yaml:14:35: page rad is repeated for each of /rader, which may be too many (write maxItems in schema.json, at most 30)"},
		{"form.yaml", `from: "[]", own`, `from: "[]", directory: {title: Rektor}, own`, `form.yaml:18:57: both from and directory say who the party "guardian" is`},
		{"form.yaml", `from: "[]", own`, `directory: {title: Rektor}, own`, "form.yaml:18:99: the applicant would say how to reach who the directory names"},
		{"form.yaml", `from: "[]", own: true, contact: /kontakt`, "directory: {authority: social}, own: true", "form.yaml:18:62: a directory role that everybody has"},
		{"form.yaml", `from: "[]", own: true, contact: /kontakt`, "directory: {role: rektor}, own: true", `form.yaml:18:69: the register of people has no role "rektor"`},
		{"form.yaml", `from: "[]", own: true, contact: /kontakt`, "directory: {organisation: tallvik, role: chair}, own: true", "form.yaml:18:62: a role in another organisation, without its board"},
		{"form.yaml", "parties: [", "parties: [{role: guardian, title: G, directory: {role: chair}}, ", `form.yaml:18:18: two parties are called "guardian"`},
		{"layout.yaml", "    title: Ett\n", "", "layout.yaml:2:5: page ett has no title"},
		{"layout.yaml", "id: ett", "id: kontrollera", `layout.yaml:2:9: "kontrollera" is the page where answers are checked`},
		{"layout.yaml", "https://example.se", "http://example.se", `layout.yaml:4:11: a link to "http://example.se"`},
		{"layout.yaml", "\"computed.?namn\"", "\"facts.?applicant.?address\"", "layout.yaml:13:13: a registered address may not be shown to all parties"},
		{"layout.yaml", ", label: F}", "}", "layout.yaml:13:13: a shown fact has no label"},
		{"layout.yaml", "    own: true\n", "", "layout.yaml:16:36: /egen/epost stands on a page with own: false"},
		{"layout.yaml", "          - {pointer: /namn}\n", "", "schema.json:2:9: /namn is on no page"},
		{"schema.json", `"required":["egen"]`, `"required":["egen","gomd"]`, "schema.json:4:9: /gomd can be hidden but is always required"},
		{"schema.json", `"type":"string","title":"Namn"`, `"type":"string"`, "layout.yaml:7:13: /namn has no label"},
		{"schema.json", `"type":"string","title":"Namn"`, `"type":"strng","title":"Namn"`, `schema.json:2:17: type cannot be "strng" (it is "string", "number",`},
		{"schema.json", `"type":"string","title":"Namn"`, `"type":"string","titel":"Namn"`, `schema.json:2:26: unknown keyword "titel" (did you mean "title"?)`},
		{"documents/beslut.md", "{{reference}}", "{{reference}}\n\n– [x](javascript:1)", `documents/beslut.md:3:7: a link to "javascript:1" (use https, `},
		{"documents/beslut.md", "{{reference}}", "{{referens}}", "documents/beslut.md:1:3: unknown placeholder {{referens}} (did you mean {{reference}}?)"},
		{"documents/beslut.md", "computed.namn", "computed.saknas", "documents/beslut.md:3:1: unknown placeholder {{computed.saknas}}"},
	} {
		t.Run(test.to, func(t *testing.T) {
			fsys := well()
			before := string(fsys[test.file].Data)
			if strings.Count(before, test.from) < 1 {
				t.Fatalf("%s has no %q", test.file, test.from)
			}
			fsys[test.file] = &fstest.MapFile{Data: []byte(strings.Replace(before, test.from, test.to, 1))}
			var lines []string
			for _, d := range lint.Folder(fsys, ".", options) {
				lines = append(lines, d.String())
				if strings.HasPrefix(d.String(), test.want) {
					return
				}
			}
			t.Errorf("found\n%s\nwant  %s", strings.Join(lines, "\n"), test.want)
		})
	}
}

// What the platform writes of its own accord must be there before a citizen or an officer asks for it.
func TestDocumentsNeeded(t *testing.T) {
	for _, name := range []string{"mottagningskvitto", "komplettering", "underrattelsebrev"} {
		fsys := well()
		delete(fsys, "documents/"+name+".md")
		diags := lint.Folder(fsys, ".", options)
		if len(diags) != 1 || diags[0].File != "documents/"+name+".md" || !strings.HasSuffix(diags[0].What, "is missing") {
			t.Errorf("%s: %v", name, diags)
		}
	}
}

func TestTranslations(t *testing.T) {
	fsys := well()
	fsys["text/en.yaml"] = &fstest.MapFile{Data: []byte("form: {titel: Test}\nfields: {}\n")}
	o := options
	o.Languages = nil // English
	found := map[string]string{}
	for _, d := range lint.Folder(fsys, ".", o) {
		found[d.What] = d.String()
	}
	for what, want := range map[string]string{
		"form.title is not translated":         `text/en.yaml:1:1: form.title is not translated (write it here; the Swedish is "Prov")`,
		`the form has no text "form.titel"`:    `text/en.yaml:1:15: the form has no text "form.titel" (did you mean form.title?)`,
		"fields./namn.label is not translated": `text/en.yaml:2:1: fields./namn.label is not translated (write it here; the Swedish is "Namn")`,
	} {
		if found[what] != want {
			t.Errorf("%q, want %q", found[what], want)
		}
	}
}

// An address reaches a page also through what is computed from it.
func TestAddressThroughComputed(t *testing.T) {
	fsys := well()
	form := strings.Replace(string(fsys["form.yaml"].Data), "  namn: answers.?namn\n", "  namn: answers.?namn\n  jag: facts.?applicant\n  gata: computed.?jag.?address\n", 1)
	fsys["form.yaml"] = &fstest.MapFile{Data: []byte(form)}
	layout := strings.Replace(string(fsys["layout.yaml"].Data), "computed.?namn", "computed.?gata", 1)
	fsys["layout.yaml"] = &fstest.MapFile{Data: []byte(layout)}
	diags := lint.Folder(fsys, ".", options)
	if len(diags) != 1 || diags[0].What != "a registered address may not be shown to all parties" {
		t.Errorf("%v", diags)
	}
}

func TestFormats(t *testing.T) {
	diags := []forms.Diagnostic{{File: "form.yaml", Line: 1, Column: 2, What: "fel <här>", Mend: "rätta"}}
	var text, asJSON bytes.Buffer
	if err := lint.FormatText(&text, "f/prov", diags); err != nil {
		t.Fatal(err)
	}
	if text.String() != "f/prov/form.yaml:1:2: fel <här> (rätta)\n" {
		t.Errorf("%q", text.String())
	}
	if err := lint.FormatJSON(&asJSON, "", diags); err != nil {
		t.Fatal(err)
	}
	var back []forms.Diagnostic
	if err := json.Unmarshal(asJSON.Bytes(), &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(diags, back); diff != "" {
		t.Error(diff)
	}
}

func FuzzLint(f *testing.F) {
	raw, err := os.ReadFile("../library/skolskjuts/layout.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(raw), string(well()["schema.json"].Data))
	f.Add(string(well()["layout.yaml"].Data), `{"properties":{"namn":{"$ref":"#"},"rader":{"items":{"$ref":"#"}}}}`)
	f.Fuzz(func(_ *testing.T, layout, schema string) {
		fsys := well()
		fsys["layout.yaml"] = &fstest.MapFile{Data: []byte(layout)}
		fsys["schema.json"] = &fstest.MapFile{Data: []byte(schema)}
		lint.Folder(fsys, ".", options)
	})
}
