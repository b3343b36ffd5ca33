package server

import (
	"fmt"
	"strings"

	"samtjanst/integrations/dispatch/accesspoint"
	"samtjanst/platform/config"
	"samtjanst/platform/directory"
	"samtjanst/platform/flow"
	"samtjanst/platform/identity"
)

// outgoing is how decisions are sent on; who is named is held against the boards that there are.
func outgoing(cfg config.Dispatch, dirs *directory.Directory) (*flow.Outgoing, error) {
	out := &flow.Outgoing{Senders: cfg.Senders, Receivers: map[flow.ReceiverKey]flow.Receiver{}}
	if !cfg.AccessPoint.IsZero() {
		c, err := accesspoint.New(cfg.AccessPoint)
		if err != nil {
			return nil, fmt.Errorf("dispatch: accessPoint: %w", err)
		}
		out.Sender = c
	}
	for _, r := range cfg.Receivers {
		id, slug, _ := strings.Cut(r.Authority, "/")
		t, ok := dirs.Tenant(identity.TenantID(id))
		if ok {
			_, ok = t.Authority(slug)
		}
		if !ok {
			return nil, fmt.Errorf("dispatch: receivers: there is no authority %q", r.Authority)
		}
		out.Receivers[flow.ReceiverKey{Authority: identity.AuthorityID(r.Authority), To: r.To}] = flow.Receiver{Name: r.Name, Phone: r.Phone, Address: r.Address}
	}
	return out, nil
}
