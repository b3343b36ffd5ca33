package accesspoint_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"samtjanst/integrations/dispatch"
	"samtjanst/integrations/dispatch/accesspoint"
	"samtjanst/integrations/dispatch/dispatchsim"
	"samtjanst/integrations/dispatch/dispatchtest"
	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
)

const token = "0123456789abcdef0123456789abcdef"

func TestAccessPoint(t *testing.T) {
	dispatchtest.Run(t, func(t *testing.T) dispatchtest.Subject {
		sim, err := dispatchsim.New(dispatchsim.Options{Clock: clock.NewManual(time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)), Token: token,
			Participants: []dispatch.Address{dispatchtest.Court}})
		if err != nil {
			t.Fatal(err)
		}
		srv := httptest.NewUnstartedServer(sim.API())
		srv.Config.ErrorLog = nil
		srv.Start()
		t.Cleanup(srv.Close)
		c, err := accesspoint.New(accesspoint.Config{URL: srv.URL + dispatchsim.Path, Token: token, Timeout: 5 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		return dispatchtest.Subject{Sender: c, Outage: func(o dispatchtest.Outage) {
			f := map[dispatchtest.Outage]dispatchsim.Fault{dispatchtest.Down: dispatchsim.Down, dispatchtest.Later: dispatchsim.Later, dispatchtest.Account: dispatchsim.Forbidden,
				dispatchtest.Rejected: dispatchsim.Reject, dispatchtest.LoseAnswer: dispatchsim.LoseAnswer, dispatchtest.Astray: dispatchsim.Astray}[o]
			if err := sim.Fail(f, 0); err != nil {
				t.Fatal(err)
			}
		}, Got: func() []dispatch.Message {
			var out []dispatch.Message
			for _, m := range sim.Messages() {
				out = append(out, m.Message)
			}
			return out
		}}
	})
}

// Our own account being wrong heals by itself: nobody hands a message over by foot because of a token.
func TestAWrongToken(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) }))
	t.Cleanup(srv.Close)
	c, err := accesspoint.New(accesspoint.Config{URL: srv.URL, Token: token})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Send(t.Context(), dispatchtest.Letter); !errors.Is(err, fault.Unavailable) {
		t.Fatal(err)
	}
}

func TestConfig(t *testing.T) {
	good := accesspoint.Config{URL: "https://ap.example.se/rest", Token: token}
	if err := good.Validate(); err != nil {
		t.Fatal(err)
	}
	for key, spoil := range map[string]func(*accesspoint.Config){
		"url": func(c *accesspoint.Config) { c.URL = "http://ap.example.se" }, "token": func(c *accesspoint.Config) { c.Token = "kort" },
		"timeout": func(c *accesspoint.Config) { c.Timeout = -1 },
	} {
		c := good
		spoil(&c)
		if err := c.Validate(); !errors.Is(err, fault.Invalid) || !strings.Contains(err.Error(), key) || strings.Contains(err.Error(), c.Token) {
			t.Errorf("%s: %v", key, err)
		}
	}
}
