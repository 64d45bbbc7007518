"""What a learner's program does when it is run: train a network on a small data set, with the learner's functions."""

NEEDED = ("softmax", "cross_entropy", "forward", "output_error", "backward", "train")
"""The functions it takes."""
TRAINING = '''
def demonstrate(rounds=20, rate=0.1):
    """Train a network on three clouds of points; return the loss before and after."""
    rng = np.random.default_rng(0)
    centres = np.array([[2.0, 0.0], [-1.0, 1.7], [-1.0, -1.7]])
    classes = rng.integers(0, 3, 90)
    xs = list(centres[classes] + rng.normal(0, 0.7, (90, 2)))
    ys = list(np.eye(3)[classes])
    weights = [rng.normal(0, 0.5, (6, 2)), rng.normal(0, 0.5, (3, 6))]
    biases = [np.zeros(6), np.zeros(3)]
    losses = []
    for done in range(rounds + 1):
        shares = [forward(x, weights, biases)[-1] for x in xs]
        losses.append(float(np.mean([cross_entropy(p, y) for p, y in zip(shares, ys)])))
        if done % 5 == 0:
            print(f"after {done} rounds the loss is {losses[-1]:.3f}")
        if done < rounds:
            weights, biases = train(xs, ys, weights, biases, rate, 1)
    right = sum(int(p.argmax() == y.argmax()) for p, y in zip(shares, ys))
    print(f"{right} of {len(xs)} points are told apart")
    return losses[0], losses[-1]


if __name__ == "__main__":
    demonstrate()
'''
