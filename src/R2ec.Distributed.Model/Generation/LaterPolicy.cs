using R2ec.Distributed.Model.Backbones;

namespace R2ec.Distributed.Model.Generation;

/// <summary>A later version of the policy to which chains that are being written go over.</summary>
/// <param name="Version">Its number.</param>
/// <param name="Backbone">What computes it; borrowed until the next one comes or the chains are done.</param>
internal sealed record LaterPolicy(int Version, Backbone Backbone);
