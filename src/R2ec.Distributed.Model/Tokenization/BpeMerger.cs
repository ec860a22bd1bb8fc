using System.Runtime.InteropServices;

namespace R2ec.Distributed.Model.Tokenization;

/// <summary>
/// The merges of one training: repeatedly joins the most frequent pair of neighbouring tokens. Keeps, for every pair, its count and the words that
/// hold it; a queue entry whose count has sunk since is put back with the true one.
/// </summary>
internal sealed class BpeMerger
{
    private readonly List<string> _vocabulary;
    private readonly Dictionary<string, int> _ids;
    private readonly List<int>[] _words;
    private readonly int[] _wordCounts;
    private readonly Dictionary<(int Left, int Right), int> _pairCounts = [];
    private readonly Dictionary<(int Left, int Right), HashSet<int>> _holders = [];
    private readonly PriorityQueue<(int Left, int Right), (int MinusCount, int Left, int Right)> _queue = new();

    public BpeMerger(List<(string Word, int Count)> words, List<string> vocabulary, Dictionary<string, int> ids)
    {
        _vocabulary = vocabulary;
        _ids = ids;
        _words = [.. words.Select(word => word.Word.Select(character => ids[character.ToString()]).ToList())];
        _wordCounts = [.. words.Select(word => word.Count)];
        for (var index = 0; index < _words.Length; index++)
        {
            var tokens = _words[index];
            for (var at = 0; at + 1 < tokens.Count; at++)
            {
                Count((tokens[at], tokens[at + 1]), _wordCounts[index], index);
            }
        }

        foreach (var pair in _holders.Keys)
        {
            Enqueue(pair);
        }
    }

    /// <summary>Merges until the vocabulary has the size asked for or no pair is left; new tokens are appended to the vocabulary.</summary>
    public List<(int Left, int Right)> Run(int vocabularySize)
    {
        var merges = new List<(int, int)>();
        var grown = new HashSet<(int, int)>();
        while (_vocabulary.Count < vocabularySize && _queue.TryDequeue(out var pair, out var priority))
        {
            var count = _pairCounts[pair];
            if (count != -priority.MinusCount)
            {
                Enqueue(pair);
                continue;
            }

            merges.Add(pair);
            var merged = IdOf(_vocabulary[pair.Left] + _vocabulary[pair.Right]);
            grown.Clear();
            _holders.Remove(pair, out var holders);
            foreach (var index in holders!)
            {
                Merge(index, pair, merged, grown);
            }

            _pairCounts[pair] = 0;
            foreach (var next in grown)
            {
                Enqueue(next);
            }
        }

        return merges;
    }

    private int IdOf(string token)
    {
        // Two pairs can spell the same token, as in a+bc and ab+c.
        if (!_ids.TryGetValue(token, out var id))
        {
            id = _ids[token] = _vocabulary.Count;
            _vocabulary.Add(token);
        }

        return id;
    }

    private void Merge(int index, (int Left, int Right) pair, int merged, HashSet<(int, int)> grown)
    {
        var tokens = _words[index];
        var count = _wordCounts[index];
        for (var at = 0; at + 1 < tokens.Count; at++)
        {
            if (tokens[at] != pair.Left || tokens[at + 1] != pair.Right)
            {
                continue;
            }

            tokens[at] = merged;
            tokens.RemoveAt(at + 1);
            if (at > 0)
            {
                Replace((tokens[at - 1], pair.Left), (tokens[at - 1], merged), count, index, grown);
            }

            if (at + 1 < tokens.Count)
            {
                Replace((pair.Right, tokens[at + 1]), (merged, tokens[at + 1]), count, index, grown);
            }
        }
    }

    private void Replace((int, int) old, (int, int) fresh, int count, int index, HashSet<(int, int)> grown)
    {
        CollectionsMarshal.GetValueRefOrAddDefault(_pairCounts, old, out _) -= count;
        Count(fresh, count, index);
        grown.Add(fresh);
    }

    private void Count((int Left, int Right) pair, int count, int index)
    {
        CollectionsMarshal.GetValueRefOrAddDefault(_pairCounts, pair, out _) += count;
        ref var holders = ref CollectionsMarshal.GetValueRefOrAddDefault(_holders, pair, out _);
        (holders ??= []).Add(index);
    }

    private void Enqueue((int Left, int Right) pair)
    {
        if (_pairCounts[pair] > 0)
        {
            _queue.Enqueue(pair, (-_pairCounts[pair], pair.Left, pair.Right));
        }
    }
}
