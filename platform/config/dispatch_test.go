package config

import (
	"strings"
	"testing"

	"samtjanst/integrations/dispatch"
	"samtjanst/integrations/dispatch/accesspoint"
)

func TestDispatch(t *testing.T) {
	good := func() Dispatch {
		return Dispatch{AccessPoint: accesspoint.Config{URL: "https://ap.example.se", Token: strings.Repeat("x", 32)},
			Senders:   map[string]dispatch.Address{"ekkoping": "0203:ekkoping.example"},
			Receivers: []Receiver{{Authority: "ekkoping/social", To: "court", Name: "Förvaltningsrätten", Address: "0203:fr.example"}, {Authority: "ekkoping/social", To: "ward", Name: "Avdelning 7"}}}
	}
	if err := good().Validate(); err != nil {
		t.Fatal(err)
	}
	if err := (Dispatch{}).Validate(); err != nil {
		t.Fatal(err)
	}
	for want, spoil := range map[string]func(*Dispatch){
		"accessPoint":      func(d *Dispatch) { d.AccessPoint.Token = "kort" },
		"senders":          func(d *Dispatch) { d.Senders["ekkoping"] = "kansli@example.se" },
		"receivers 1":      func(d *Dispatch) { d.Receivers[0].Address = "kansli@example.se" },
		"name are needed":  func(d *Dispatch) { d.Receivers[1].Name = "" },
		"has \"court\" tw": func(d *Dispatch) { d.Receivers[1].To = "court" },
	} {
		d := good()
		spoil(&d)
		if err := d.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}
