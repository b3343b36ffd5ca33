package usage

import (
	"cmp"
	"math/big"
	"slices"
)

// Apportion divides a whole number of öre (or of anything that is not divided further) by weights, so that the shares sum to the whole: each
// gets its exact quota rounded down, and what is left goes one by one to those whose quotas lost most by that, of equal ones to the first
// (Hamilton's method, the largest remainder). No share is a whole unit from its quota, and a weight of zero gets nothing. A total below zero
// is divided as if it were above. nil when no weight is above zero; weights below zero count as zero.
func Apportion(total int64, weights []int64) []int64 {
	whole := new(big.Int)
	for _, w := range weights {
		whole.Add(whole, big.NewInt(max(w, 0)))
	}
	if whole.Sign() == 0 {
		return nil
	}
	sign := int64(1)
	left := big.NewInt(total)
	if total < 0 {
		sign = -1
		left.Neg(left)
	}
	shares, order := make([]int64, len(weights)), make([]int, len(weights))
	lost := make([]*big.Int, len(weights))
	of := new(big.Int).Set(left)
	for i, w := range weights {
		order[i], lost[i] = i, new(big.Int)
		share, _ := new(big.Int).QuoRem(new(big.Int).Mul(of, big.NewInt(max(w, 0))), whole, lost[i])
		shares[i] = sign * share.Int64()
		left.Sub(left, share)
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Or(lost[b].Cmp(lost[a]), cmp.Compare(a, b)) })
	for _, i := range order[:left.Int64()] {
		shares[i] += sign
	}
	return shares
}
