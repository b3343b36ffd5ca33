package smshttp_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"samtjanst/integrations/notify"
	"samtjanst/integrations/notify/notifytest"
	"samtjanst/integrations/notify/smshttp"
	"samtjanst/integrations/notify/smssim"
	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func rig(t *testing.T, token string) (*smshttp.Texter, *smssim.Sim) {
	t.Helper()
	sim, err := smssim.New(smssim.Options{Clock: clock.System{}, Token: "hemligt"})
	must(t, err)
	srv := httptest.NewUnstartedServer(sim.API())
	srv.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	srv.Start()
	t.Cleanup(srv.Close)
	x, err := smshttp.New(smshttp.Config{URL: srv.URL + smssim.GatewayPath, Token: token, Timeout: 2 * time.Second})
	must(t, err)
	return x, sim
}

func TestConformance(t *testing.T) {
	notifytest.RunTexter(t, func(t *testing.T) notifytest.Text {
		x, sim := rig(t, "hemligt")
		return notifytest.Text{
			Texter: x,
			Outage: func(o notifytest.Outage) {
				must(t, sim.Fail(map[notifytest.Outage]smssim.Fault{notifytest.Down: smssim.Down, notifytest.Later: smssim.Later,
					notifytest.Rejected: smssim.Reject, notifytest.Account: smssim.Forbidden, notifytest.LoseAnswer: smssim.LoseAnswer}[o], 1))
			},
			Inbox: func(to string) []notifytest.Got {
				var out []notifytest.Got
				for _, m := range sim.Messages(to) {
					out = append(out, notifytest.Got{ID: m.Reference, To: m.To, From: m.From, Text: m.Text, Copies: m.Copies})
				}
				return out
			},
		}
	})
}

func TestWrongTokenTooManyAndReusedReference(t *testing.T) {
	m := notify.SMS{ID: "eff-1", To: "+46701740606", From: "Ekköping", Text: "Hej"}
	x, _ := rig(t, "gissning")
	if err := x.Text(context.Background(), m); !errors.Is(err, fault.Unavailable) || strings.Contains(err.Error(), "gissning") {
		t.Errorf("wrong token: %v", err)
	}
	x, sim := rig(t, "hemligt")
	must(t, sim.Fail(smssim.TooMany, 1))
	if err := x.Text(context.Background(), m); !errors.Is(err, fault.Unavailable) {
		t.Errorf("too many: %v", err)
	}
	must(t, x.Text(context.Background(), m))
	if in := sim.Messages(m.To); len(in) != 1 || in[0].From != "Ekkoping" {
		t.Errorf("the sender was not written in Latin letters: %+v", in)
	}
	m.Text = "Något annat"
	if err := x.Text(context.Background(), m); !errors.Is(err, fault.Invalid) {
		t.Errorf("another text under the same reference: %v", err)
	}
}

func TestConfigNamesTheWrongKey(t *testing.T) {
	good := smshttp.Config{URL: "https://sms.example.com/send", Token: "x"}
	must(t, good.Validate())
	for key, spoil := range map[string]func(*smshttp.Config){
		"url":       func(c *smshttp.Config) { c.URL = "http://sms.example.com/send" },
		"token":     func(c *smshttp.Config) { c.Token = "" },
		"timeout":   func(c *smshttp.Config) { c.Timeout = -1 },
		"rootsFile": func(c *smshttp.Config) { c.RootsFile = "missing.pem" },
	} {
		c := good
		spoil(&c)
		if _, err := smshttp.New(c); !errors.Is(err, fault.Invalid) || !strings.Contains(err.Error(), key) {
			t.Errorf("%s: %v", key, err)
		}
	}
}
