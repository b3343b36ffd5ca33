package diff

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"samtjanst/forms"
)

// Policy is what becomes of open drafts when the new form is published in place of the old one from its files.
type Policy struct {
	// Stated is what the new form says of drafts of the old one; nil when it says nothing. A change that is not Safe is not published then.
	Stated *forms.DraftStep `json:"stated,omitempty"`
	// Unfit is why what it says cannot be done; "" when it can.
	Unfit string `json:"unfit,omitempty"`
	// Suggested could be said where nothing is: what harms no draft and loses no answer.
	Suggested forms.DraftStep `json:"suggested"`
}

// Decided reports whether the new form can be published from its files: the change is safe for open drafts, which then stay with their version,
// or the form says what becomes of them.
func (r Report) Decided() bool {
	if r.Policy.Stated != nil {
		return r.Policy.Unfit == ""
	}
	return r.Verdict == Safe
}

// policy reads what b says of drafts of a, and what it might say.
func (c *comparer) policy(r Report) Policy {
	p := Policy{Suggested: r.suggested()}
	step, stated := c.b.form.Def.Meta.DraftStep(r.From)
	if !stated {
		return p
	}
	p.Stated = &step
	p.Unfit = Unfit(step.Check([]*forms.Form{c.a.form}, c.b.form))
	return p
}

// Unfit says what DraftStep.Check found, for authors.
func Unfit(problems []forms.Problem) string {
	if len(problems) == 0 {
		return ""
	}
	one := problems[0]
	at, _ := one.Params["pointer"].(string)
	switch {
	case one.Pointer == "/from":
		return "only keep can be said without from"
	case at == "":
		return "it is none of " + strings.Join(forms.DraftPolicies, ", ") + ", or has a mapping that cannot be made"
	case one.Code == forms.NotAnOption:
		return at + " is asked for by no earlier version, or not by this one"
	}
	return "the move to " + at + " cannot be made"
}

// suggested is the gentlest policy: to keep does nothing to anybody; to migrate asks again what no longer fits, and is suggested only where no answer
// would be lost or shown to more eyes.
func (r Report) suggested() forms.DraftStep {
	step := forms.DraftStep{From: r.From.Short(), Policy: forms.KeepDrafts}
	if r.Verdict == Safe || slices.ContainsFunc(r.Changes, func(c Change) bool { return c.Effect == Breaks && c.Was == "" }) {
		return step
	}
	step.Policy = forms.MigrateDrafts
	for from, to := range r.Moves() {
		step.Mapping = append(step.Mapping, forms.DraftMove{From: from, To: to})
	}
	slices.SortFunc(step.Mapping, func(x, y forms.DraftMove) int { return cmp.Compare(x.From, y.From) })
	return step
}

// words about the policy, after those about the changes.
func (r Report) policyWords() string {
	p := r.Policy
	switch {
	case p.Unfit != "":
		return fmt.Sprintf("\nform.yaml says %s of open drafts, and that cannot be done: %s.\n", p.Stated.Policy, p.Unfit)
	case p.Stated != nil:
		return fmt.Sprintf("\nform.yaml says what becomes of open drafts: %s.\n", p.Stated.Policy)
	case r.Verdict == Safe:
		return "\nOpen drafts stay with their version, and nothing need be said of them.\n"
	}
	return "\nBefore this is published, say in form.yaml what becomes of open drafts: " + strings.Join(forms.DraftPolicies, ", ") +
		".\nOne that does no harm:\n\n" + Lines(p.Suggested)
}

// Lines writes a step as it stands in form.yaml.
func Lines(s forms.DraftStep) string {
	var b strings.Builder
	fmt.Fprintf(&b, "drafts:\n  - from: %q\n    policy: %s\n", s.From, s.Policy)
	if len(s.Mapping) > 0 {
		b.WriteString("    mapping:\n")
	}
	for _, m := range s.Mapping {
		fmt.Fprintf(&b, "      - {from: %s, to: %s}\n", scalar(m.From), scalar(m.To))
	}
	return b.String()
}

// scalar writes a pointer as YAML reads it back in a flow mapping.
func scalar(p forms.Pointer) string {
	if strings.ContainsAny(string(p), " ,:[]{}#\"'\\") {
		return strconv.Quote(string(p))
	}
	return string(p)
}
