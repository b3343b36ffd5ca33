package ldap

import (
	"cmp"
	"strings"

	lib "github.com/go-ldap/ldap/v3"
)

// groupsOf says of each person, by place, which groups he or she is in, nested ones too.
func (r *reading) groupsOf(filter string, byDN map[string]int) (map[int][]string, error) {
	if r.active {
		return r.chains(filter, byDN)
	}
	found, err := r.search(cmp.Or(r.cfg.GroupBase, r.cfg.Base), r.group, append([]string{"cn"}, r.members...))
	if err != nil {
		return nil, err
	}
	type group struct {
		name    string
		members []string
	}
	groups := map[string]group{}
	for _, f := range found {
		g := group{name: f.GetEqualFoldAttributeValue("cn")}
		for _, attribute := range r.members {
			for _, dn := range f.GetEqualFoldAttributeValues(attribute) {
				g.members = append(g.members, normal(dn))
			}
		}
		groups[normal(f.DN)] = g
	}
	out := map[int][]string{}
	for dn, top := range groups {
		walked := map[string]bool{dn: true} // groups may hold each other
		for queue := []string{dn}; len(queue) > 0; queue = queue[1:] {
			for _, m := range groups[queue[0]].members {
				if _, is := groups[m]; is {
					if !walked[m] {
						walked[m] = true
						queue = append(queue, m)
					}
				} else if i, is := byDN[m]; is {
					out[i] = append(out[i], top.name)
				}
			}
		}
	}
	return out, nil
}

// inChain is LDAP_MATCHING_RULE_IN_CHAIN: the server walks groups within groups.
const inChain = "1.2.840.113556.1.4.1941"

// chains asks Active Directory about each group that rules name: a group's own members are cut off at 1,500 there, and a question for each
// person would be too many.
func (r *reading) chains(filter string, byDN map[string]int) (map[int][]string, error) {
	out := map[int][]string{}
	for _, name := range r.named {
		escaped := lib.EscapeFilter(name)
		found, err := r.search(cmp.Or(r.cfg.GroupBase, r.cfg.Base), "(&"+r.group+"(|(cn="+escaped+")(sAMAccountName="+escaped+")))", []string{"cn"})
		if err != nil {
			return nil, err
		}
		for _, g := range found {
			members, err := r.search(r.cfg.Base, "(&"+parenthesised(filter)+"(memberOf:"+inChain+":="+lib.EscapeFilter(g.DN)+"))", []string{r.attributes.ID})
			if err != nil {
				return nil, err
			}
			for _, m := range members {
				if i, is := byDN[normal(m.DN)]; is {
					out[i] = append(out[i], name)
				}
			}
		}
	}
	return out, nil
}

func parenthesised(filter string) string {
	if strings.HasPrefix(filter, "(") {
		return filter
	}
	return "(" + filter + ")"
}
