package renderer

import (
	"maps"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"samtjanst/forms"
)

// What follows from an answer through a computed value needs its button, however the expression reads the answer: without script nothing
// else shows the question that follows.
func TestAnswersThatQuestionsFollowFrom(t *testing.T) {
	def, problems := forms.Load(fstest.MapFS{
		"form.yaml": {Data: []byte(`id: prov
title: Prov
computed:
  post: answers.?leverans.?format.orValue("") == "post"
  flera: computed.post && has(answers.leverans.antal)
`)},
		"schema.json": {Data: []byte(`{"properties":{"leverans":{"properties":{
 "format":{"title":"F","enum":["fil","post"]},"antal":{"title":"A","type":"integer"},"gata":{"title":"G","type":"string"},"fritt":{"title":"T","type":"string"}}}}}`)},
		"layout.yaml": {Data: []byte(`pages:
  - id: leverans
    title: Leverans
    sections:
      - fields:
          - {pointer: /leverans/format}
          - {pointer: /leverans/antal, showWhen: {/computed/post: {const: true}}}
          - {pointer: /leverans/gata, showWhen: {/computed/flera: {const: true}}}
          - {pointer: /leverans/fritt}
`)},
	}, ".")
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	form, problems := forms.Compile(def)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	got := slices.Sorted(maps.Keys(liveFields(form, form.Pages[0])))
	if diff := cmp.Diff([]forms.Pointer{"/leverans/antal", "/leverans/format"}, got); diff != "" {
		t.Error(diff)
	}
}
