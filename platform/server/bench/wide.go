package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"

	"samtjanst/forms"
	"samtjanst/platform/fault"
	"samtjanst/platform/flow"
	"samtjanst/platform/idno"
	"samtjanst/platform/store"
	"samtjanst/platform/vault"
)

// Wide asks for a draft of a form with one page of so many fields: text, number, choice, yes or no, and date in turn.
type Wide struct {
	Fields int
	Owners []Person
}

// The form is another version of a service that the municipality offers: drafts hold the version they were made with.
const (
	wideTenant = "ekkoping"
	wideForm   = "skolskjuts"
	widePage   = "allt"
)

// wideDefinition makes the form.
func wideDefinition(fields int) (*forms.Definition, error) {
	properties := map[string]any{}
	page := forms.LayoutPage{ID: widePage, Title: "Allt", Sections: []forms.LayoutSection{{}}}
	for i := range fields {
		name := fmt.Sprintf("f%d", i)
		schema := map[string]any{"type": "string", "title": fmt.Sprintf("Fråga nummer %d", i), "maxLength": 200}
		switch i % 5 {
		case 1:
			schema = map[string]any{"type": "number", "title": "Antal", "maximum": 1000}
		case 2:
			schema["oneOf"] = []any{map[string]any{"const": "a", "title": "Alternativ A"}, map[string]any{"const": "b", "title": "Alternativ B"}}
		case 3:
			schema = map[string]any{"type": "boolean", "title": "Stämmer det?"}
		case 4:
			schema = map[string]any{"type": "string", "format": "date", "title": "Vilken dag?"}
		}
		properties[name] = schema
		page.Sections[0].Fields = append(page.Sections[0].Fields, forms.LayoutField{Pointer: "/" + name})
	}
	raw, err := json.Marshal(map[string]any{"type": "object", "properties": properties})
	meta := forms.Meta{ID: wideForm, Title: "Många frågor", Authority: "barn-och-utbildning"}
	return &forms.Definition{Meta: meta, Schema: raw, Layout: forms.Layout{Pages: []forms.LayoutPage{page}}}, err
}

// wideAnswers are what is posted.
func wideAnswers(fields int) url.Values {
	v := url.Values{}
	for i := range fields {
		name := fmt.Sprintf("/f%d", i)
		switch i % 5 {
		case 0:
			v.Set("a"+name, "Ett svar och några ord")
		case 1:
			v.Set("a"+name, "12,5")
		case 2:
			v.Set("a"+name, "b")
		case 3:
			v.Set("a"+name, "true")
		case 4:
			maps.Copy(v, url.Values{"y" + name: {"2026"}, "m" + name: {"11"}, "d" + name: {"22"}})
		}
	}
	return v
}

// WideDrafts makes a draft for each owner, answered.
func (p *Platform) WideDrafts(in Wide, ids *[]string) error {
	ctx := context.Background()
	def, err := wideDefinition(in.Fields)
	if err != nil {
		return err
	}
	for i, who := range in.Owners {
		id := fmt.Sprintf("wide-%d-%d", in.Fields, i)
		if err := p.newDraft(ctx, id, def, who, map[string]any{}); err != nil {
			return err
		}
		saved, err := p.server.Flow.Save(ctx, who.actor(), id, flow.Post{Page: widePage, Rev: 1, Values: wideAnswers(in.Fields)})
		if err != nil {
			return err
		}
		if saved.View != nil {
			return fmt.Errorf("%d fields: %v", in.Fields, saved.View.Problems)
		}
		*ids = append(*ids, id)
	}
	return nil
}

// newDraft makes a draft of a form, which it keeps as another version of wideForm.
func (p *Platform) newDraft(ctx context.Context, id string, def *forms.Definition, who Person, answers map[string]any) error {
	form, problems := forms.Compile(def)
	if len(problems) > 0 {
		return fmt.Errorf("%s", problems[0])
	}
	now := p.server.Flow.Clock.Now()
	err := p.server.Store.PutRecord(ctx, now, store.Record{Collection: "form", Key: string(form.Version), Rev: 1, Body: forms.Encode(def)})
	if err != nil && !errors.Is(err, fault.Exists) {
		return err
	}
	return p.server.Flow.Vault.NewDraft(ctx, &vault.Draft{ID: id, Tenant: wideTenant, Form: wideForm, Version: string(form.Version),
		Owner: idno.Must(who.Number), OwnerName: who.Name, Lang: "sv", Answers: answers, Facts: map[string]any{},
		Created: now, Changed: now, Expires: now.AddDate(0, 0, 1)})
}
