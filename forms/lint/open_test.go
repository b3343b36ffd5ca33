package lint_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"samtjanst/forms/lint"
)

// openForm is a small service without login, handled in stages, that lint finds nothing in.
func openForm() fstest.MapFS {
	return fstest.MapFS{
		"form.yaml": {Data: []byte(`id: prov
title: Prov
summary: En provtjänst.
category: Prov
authority: provnamnden
reference: PRV
responsible: {operations: Drift, development: Utveckling}
audience: citizen
login: 0
legal: [{text: Provlagen}]
overview: {needs: [Inget], signers: Ingen., minutes: 1, handling: Varsamt., decision: Snart., otherWay: Ring.}
subject: answers.?namn
draftDays: 28
contact: /kontakt
stages:
  - {id: ny, title: Ny, who: Drift, next: [gors, nej]}
  - {id: gors, title: Görs, who: Drift, next: [ny, klar]}
  - {id: klar, title: Klar, who: Drift, closes: true, tell: true}
  - {id: nej, title: Nej, who: Drift, closes: true}
retention: {years: 1, from: closed, basis: Plan}
`)},
		"schema.json": {Data: []byte(`{"properties":{
 "namn":{"type":"string","title":"Namn"},
 "kontakt":{"type":"object","properties":{"email":{"type":"string","title":"E"},"consent":{"const":true,"title":"Ja"}}}}}`)},
		"layout.yaml": {Data: []byte(`pages:
  - id: ett
    title: Ett
    sections: [{fields: [{pointer: /namn}, {pointer: /kontakt/email}, {pointer: /kontakt/consent}]}]
`)},
		"documents/mottagningskvitto.md": {Data: []byte("Tack.\n")},
	}
}

func TestOpenWell(t *testing.T) {
	if diags := lint.Folder(openForm(), ".", options); len(diags) > 0 {
		t.Errorf("%v", diags)
	}
}

// What rests on who somebody is cannot stand in a service without login, and stages must lead to an end.
func TestOpenMistakes(t *testing.T) {
	for _, test := range []struct{ file, from, to, want string }{
		{"form.yaml", "draftDays: 28\n", "draftDays: 28\nsigning: {applicant: true, days: 14, document: Prov}\n", "without login nobody can sign"},
		{"form.yaml", "draftDays: 28\n", "draftDays: 28\nparties: [{role: x, title: X, from: \"[]\"}]\n", "without login no other party"},
		{"form.yaml", "draftDays: 28\n", "draftDays: 28\nprefill: [guardianship]\n", "without login no register"},
		{"form.yaml", "draftDays: 28\n", "draftDays: 28\nown: /kontakt\n", "without login nobody has a section"},
		{"form.yaml", "draftDays: 28\n", "draftDays: 28\ncopyable: [/namn]\n", "without login there is no case"},
		{"form.yaml", "draftDays: 28\n", "draftDays: 28\nunique: answers.?namn.orValue(\"\")\n", "without login an earlier application"},
		{"form.yaml", "draftDays: 28\n", "draftDays: 28\ndecision: {outcomes: [{id: a, title: A}]}\n", "without login a decision has nobody"},
		{"form.yaml", "login: 0", "login: 3", "form.yaml:14:10: contact is for services without login"},
		{"form.yaml", "contact: /kontakt", "contact: /namn", "form.yaml:14:10: /namn has none of name, email and phone"},
		{"schema.json", `{"const":true,"title":"Ja"}`, `{"type":"string","title":"Ja"}`, "form.yaml:14:10: /kontakt has no consent"},
		{"layout.yaml", "{pointer: /namn}", "{pointer: /namn, lookup: {from: company, fills: {name: /kontakt/email}}}", "without login nobody answers"},
		{"layout.yaml", "{pointer: /kontakt/email}", "{pointer: /kontakt/email, required: true}", "form.yaml:14:10: /kontakt/email is required"},
		{"form.yaml", "draftDays: 28\n", "draftDays: 28\ndraftNotice: 28\n", "a draft's end would be announced before"},
		{"form.yaml", "next: [gors, nej]", "next: [gors, nej, ja]", `form.yaml:16:55: there is no stage "ja"`},
		{"form.yaml", "next: [ny, klar]", "next: [gors]", `form.yaml:17:47: a case that comes to the stage "gors" can never be closed`},
		{"form.yaml", "next: [gors, nej]", "next: [gors]", `form.yaml:19:5: no case ever comes to the stage "nej"`},
		{"form.yaml", "{id: nej, title: Nej, who: Drift,", "{id: nej, title: Nej,", `form.yaml:19:5: nobody is responsible in the stage "nej"`},
		{"form.yaml", "{id: nej,", "{id: klar,", `form.yaml:19:10: a second stage "klar"`},
		{"form.yaml", "{id: gors,", "{id: Görs nu,", `form.yaml:17:10: stage id "Görs nu"`},
		{"form.yaml", "closes: true, tell: true}", "closes: true, next: [ny]}", `form.yaml:18:61: the stage "klar" closes the case`},
	} {
		t.Run(test.to, func(t *testing.T) {
			fsys := openForm()
			before := string(fsys[test.file].Data)
			if !strings.Contains(before, test.from) {
				t.Fatalf("%s has no %q", test.file, test.from)
			}
			fsys[test.file] = &fstest.MapFile{Data: []byte(strings.Replace(before, test.from, test.to, 1))}
			var lines []string
			for _, d := range lint.Folder(fsys, ".", options) {
				lines = append(lines, d.String())
				if strings.Contains(d.String(), test.want) {
					return
				}
			}
			t.Errorf("found\n%s\nwant  %s", strings.Join(lines, "\n"), test.want)
		})
	}
}
